#!/usr/bin/python3
"""Drives the window of zorgid-desktop as a screen reader does, on a display of its own.

It starts Xvfb, a window manager and the accessibility bus, opens the app with a launch link, types the PIN, answers,
and checks names, roles, the bar of the test environment and what reached the browser. One JSON object goes to
standard output; exit code 0 when everything was as it should be.

    window.py --app target/debug/zorgid-desktop --portal URL --server-config APP-URL/.well-known/zorgid-app.json \
              --module /usr/lib/softhsm/libsofthsm2.so --card LABEL --pin 123456 [--wrong-pin 999999] [--answer nee]

With --portal it asks the portal for a login by UZI-pas itself; or give a fresh link with --link zorgid://launch/...

SOFTHSM2_CONF must point at the tokens (`zorgid dev-pki` makes them). Needs the Debian packages xvfb, openbox, xdotool,
at-spi2-core, dbus-x11, python3-pyatspi, and ffmpeg for pictures; run it with Debian's own python3.
"""

import argparse
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request

WINDOW = "ZORG-ID Desktop App"
BAR = "Testomgeving (acceptatie): geen echte gegevens"
PIN_FIELD = "Pincode van de pas"
YES, NO = "Ja, toegang geven", "Nee"
# A bound for a machine that does much else at the same time; a failure, not a measurement.
PATIENCE = 60.0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--link")
    source.add_argument("--portal")
    parser.add_argument("--server-config")
    parser.add_argument("--config")
    parser.add_argument("--module")
    parser.add_argument("--cards-dir")
    parser.add_argument("--card")
    parser.add_argument("--pin", default="123456")
    parser.add_argument("--wrong-pin", help="type this one first and expect to be told")
    parser.add_argument("--answer", choices=["ja", "nee"], default="ja")
    parser.add_argument("--screenshot", help="folder for pictures of every screen")
    return parser.parse_args()


def launch_link(portal):
    """As a browser that chose *Inloggen met UZI-pas*."""
    with urllib.request.urlopen(f"{portal}/inloggen/uzi") as page:
        found = re.search(r"zorgid://launch/[A-Za-z0-9_-]+", page.read().decode())
    if not found:
        raise SystemExit("window.py: the portal's page has no launch link")
    return found[0]


def wait_for(what, find):
    """The first true value of `find`, which looks at a world that changes outside this program."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = find()
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"window.py: {what} did not come within {PATIENCE:.0f} s")


class Screen:
    """What assistive technology sees of the app, asked of the app itself at every look.

    The library's own copy of the tree is switched off: it is kept up to date by events that libatspi 2.46 cannot read as
    the app sends them ("AddAccessible with unknown signature"), so that now and then a screen stays in it for ever.
    """

    def __init__(self, pyatspi):
        self.pyatspi = pyatspi

    def elements(self):
        found = []

        def walk(node, depth):
            if node is None or depth > 12:
                return
            found.append(node)
            for index in range(node.childCount):
                walk(node.getChildAtIndex(index), depth + 1)

        try:
            desktop = self.pyatspi.Registry.getDesktop(0)
            for index in range(desktop.childCount):
                app = desktop.getChildAtIndex(index)
                if app is not None:
                    app.clearCache()
                    app.setCacheMask(self.pyatspi.cache.NONE)
                    walk(app, 0)
        except Exception:  # the tree changed while it was read: look again
            return []
        return found

    def find(self, name, role=None):
        for element in self.elements():
            try:
                if element.name == name and (role is None or element.getRoleName() == role):
                    return element
            except Exception:
                continue
        return None

    def names(self):
        found = []
        for element in self.elements():
            try:
                found.append(element.name)
            except Exception:  # it went away meanwhile
                continue
        return found

    def outline(self):
        return [f"{e.getRoleName()} '{e.name}'" for e in self.elements()]

    def action(self, name):
        """What pressing the button does; None while the screen with it is still being built or already gone."""
        try:
            button = self.find(name, "push button")
            return button and button.queryAction()
        except Exception:  # found, and replaced before it was asked
            return None

    def focused(self, name):
        """Whether the keyboard types into the element."""
        try:
            element = self.find(name)
            return element is not None and element.getState().contains(self.pyatspi.STATE_FOCUSED)
        except Exception:  # found, and replaced before it was asked
            return False

    def press(self, name):
        wait_for(f"button '{name}'", lambda: self.action(name)).doAction(0)


def type_pin(pin):
    subprocess.run(["xdotool", "type", "--delay", "20", pin], check=True)
    subprocess.run(["xdotool", "key", "Return"], check=True)


def on_screen():
    """The numbers of the app's visible windows."""
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{WINDOW}$"],
                          capture_output=True, text=True, check=False).stdout.split()


def picture(options, name):
    if not options.screenshot:
        return
    os.makedirs(options.screenshot, exist_ok=True)
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "x11grab", "-draw_mouse", "0",
                    "-window_id", on_screen()[0], "-i", os.environ["DISPLAY"],
                    "-frames:v", "1", f"{options.screenshot}/{name}.png"], check=True)


def leave(options, screen, process, name=None):
    """Pictures the last screen and presses its button, unless the window, which closes by itself after four seconds, is
    faster: a busy machine may need as long for one look."""
    button = wait_for("the last screen", lambda: screen.action("Sluiten") or process.poll() is not None)
    if button is not True:
        try:
            if name:
                picture(options, name)
            button.doAction(0)
        except Exception:  # it closed meanwhile; its exit code tells whether it was well
            pass
    return process.wait(timeout=PATIENCE)


def recording_browser(folder):
    """A program that stands in for the browser, and the file in which it leaves the address it was given."""
    browser, opened = f"{folder}/browser", f"{folder}/opened"
    with open(browser, "w", encoding="utf-8") as script:
        script.write(f'#!/bin/sh\nprintf "%s" "$1" > "{opened}.part"\nmv "{opened}.part" "{opened}"\n')
    os.chmod(browser, stat.S_IRWXU)
    return browser, opened


def drive(options, folder):
    import pyatspi

    browser, opened = recording_browser(folder)
    command = [options.app, "--language", "nl"]
    for flag in ["server_config", "config", "module", "cards_dir", "card"]:
        value = getattr(options, flag)
        if value:
            command += ["--" + flag.replace("_", "-"), value]
    link = options.link or launch_link(options.portal)
    app = subprocess.Popen(command + [link], env=dict(os.environ, ZORGID_BROWSER=browser))
    screen = Screen(pyatspi)
    try:
        # The accessibility tree is there before the window is on the screen.
        wait_for("the window", lambda: screen.find(WINDOW) and on_screen())
        field = wait_for("the PIN field", lambda: screen.find(PIN_FIELD))
        facts = {"pinRole": field.getRoleName(), "bar": screen.find(BAR) is not None}
        with open(f"/proc/{app.pid}/cmdline", encoding="utf-8") as cmdline:
            facts["tokenInArguments"] = "zorgid://" in cmdline.read()
        picture(options, "pin")
        wait_for("keyboard focus", lambda: screen.focused(PIN_FIELD))
        if options.wrong_pin:
            type_pin(options.wrong_pin)
            wait_for("the words about the wrong PIN", lambda: any(
                name.startswith("De pincode klopt niet") for name in screen.names()))
            picture(options, "wrong-pin")
            wait_for("an empty field", lambda: screen.focused(PIN_FIELD))
        type_pin(options.pin)
        wait_for("the question", lambda: screen.find(YES, "push button") and screen.find(NO, "push button"))
        facts["outline"] = screen.outline()
        picture(options, "question")
        screen.press(YES if options.answer == "ja" else NO)
        if options.answer == "ja":
            wait_for("the browser", lambda: os.path.exists(opened))
            with open(opened, encoding="utf-8") as file:
                facts["returnUrl"] = file.read()
            facts["exit"] = leave(options, screen, app, "done")
        else:
            facts["exit"] = app.wait(timeout=PATIENCE)
        return facts
    finally:
        if app.poll() is None:
            app.terminate()
            app.wait()


def with_display(story):
    """Inside `dbus-run-session`: a display, a window manager, the accessibility bus; then the story, in a folder."""
    children = []
    read, write = os.pipe()
    try:
        with tempfile.TemporaryDirectory() as folder:
            children.append(subprocess.Popen(
                ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
                pass_fds=[write], stderr=subprocess.DEVNULL))
            os.close(write)
            os.environ["DISPLAY"] = ":" + os.read(read, 16).decode().strip()
            children.append(subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL))
            # A window that comes before the window manager never gets the keyboard.
            wait_for("the window manager", lambda: subprocess.run(
                ["xdotool", "get_num_desktops"], capture_output=True, check=False).returncode == 0)
            children.append(subprocess.Popen(
                ["/usr/libexec/at-spi-bus-launcher", "--launch-immediately"], stderr=subprocess.DEVNULL))

            def enabled():
                done = [subprocess.run(
                    ["dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus",
                     "org.freedesktop.DBus.Properties.Set", "string:org.a11y.Status", f"string:{name}",
                     "variant:boolean:true"], capture_output=True, check=False).returncode
                    for name in ["IsEnabled", "ScreenReaderEnabled"]]
                return done == [0, 0]

            wait_for("the accessibility bus", enabled)
            return story(folder)
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait()


def judged(facts):
    """Prints what was seen and what is wrong with it."""
    wrong = []
    if facts["pinRole"] != "password text":
        wrong.append("the PIN field is not a password field")
    if not facts["bar"]:
        wrong.append("the bar of the test environment is missing")
    if facts["tokenInArguments"]:
        wrong.append("the launch token is still among the arguments")
    if facts["exit"] != 0:
        wrong.append(f"exit code {facts['exit']}")
    print(json.dumps({"ok": not wrong, "wrong": wrong, **facts}, ensure_ascii=False))
    return 1 if wrong else 0


def enter_session(script):
    """Starts the script again, inside a D-Bus session of its own."""
    if os.environ.get("ZORGID_WINDOW_TEST") != "inside":
        environment = dict(os.environ, ZORGID_WINDOW_TEST="inside", NO_AT_BRIDGE="0")
        os.execvpe("dbus-run-session", ["dbus-run-session", "--", sys.executable, script, *sys.argv[1:]], environment)


def main():
    options = arguments()
    enter_session(__file__)
    return judged(with_display(lambda folder: {**drive(options, folder), "answer": options.answer}))


if __name__ == "__main__":
    sys.exit(main())
