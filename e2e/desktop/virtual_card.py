#!/usr/bin/python3
"""Drives the window of zorgid-desktop with a card in a virtual reader: a PIN that locks, and a card that is pulled out.

    virtual_card.py SCENE --app target/debug/zorgid-desktop --virtual-card PROGRAM --pass dev-pki/cards/n/auth.p12 \
                    --module opensc-pkcs11.so --server-config APP-URL/.well-known/zorgid-app.json --link zorgid://... \
                    [--screenshot FOLDER]

SCENE is `locked` (needs a second link) or `removed`. The card and its reader are those of `e2e/virtual-card`. One JSON
object goes to standard output. Needs what window.py needs, and pcscd, vsmartcard-vpcd and opensc-pkcs11.
"""

import argparse
import json
import os
import subprocess
import sys

import window
from window import NO, PIN_FIELD, WINDOW, YES, picture, type_pin, wait_for

PIN, WRONG = "123456", "999999"
REMOVED = "De pas is uit de lezer gehaald. Steek de pas er weer in."
LOCKED = "De pincode van de pas is geblokkeerd"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scene", choices=["locked", "removed"])
    for name in ["--app", "--virtual-card", "--pass", "--module", "--server-config"]:
        parser.add_argument(name, required=True)
    parser.add_argument("--link", action="append", required=True, help="fresh, one per start of the app")
    parser.add_argument("--screenshot", help="folder for pictures")
    return parser.parse_args()


class VirtualCard:
    """The card's program; one line per order, one line back."""

    def __init__(self, program, folder, file):
        self.socket = f"{folder}/pcscd.comm"
        self.process = subprocess.Popen(
            [program, folder, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.expect("ready")

    def expect(self, wanted):
        answer = self.process.stdout.readline().strip()
        if answer != wanted:
            raise SystemExit(f"virtual_card.py: the card answered '{answer}' instead of '{wanted}'")

    def tell(self, order, wanted):
        print(order, file=self.process.stdin, flush=True)
        self.expect(wanted)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class App:
    """The Desktop App, started with a link, as assistive technology sees it."""

    def __init__(self, options, link, card, browser):
        import pyatspi

        self.focused = pyatspi.STATE_FOCUSED
        self.screen = window.Screen(pyatspi)
        self.process = subprocess.Popen(
            [options.app, "--language", "nl", "--module", options.module, "--server-config", options.server_config, link],
            env=dict(os.environ, ZORGID_BROWSER=browser, PCSCLITE_CSOCK_NAME=card.socket))
        wait_for("the window", lambda: self.screen.find(WINDOW) and window.on_screen())

    def says(self, words):
        wait_for(f"'{words}'", lambda: any(name.startswith(words) for name in self.screen.names()))

    def type(self, pin):
        """Types into an empty field that has the focus."""

        def ready():
            field = self.screen.find(PIN_FIELD, "password text")
            try:
                return field and field.getState().contains(self.focused) and field.queryText().characterCount == 0
            except Exception:  # it was replaced meanwhile
                return False

        wait_for("an empty PIN field", ready)
        type_pin(pin)

    def question(self):
        wait_for("the question", lambda: self.screen.find(YES, "push button") and self.screen.find(NO, "push button"))

    def no_question(self):
        return self.screen.find(YES, "push button") is None and self.screen.find(PIN_FIELD) is None

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait()


def locked(options, card, browser):
    """Three wrong PINs: what is left is told, then what to do; the right PIN comes too late, also in the next window."""
    facts = {}
    app = App(options, options.link[0], card, browser)
    try:
        for words, tries in [
            ("De pincode klopt niet. Let op: na enkele verkeerde pincodes blokkeert de pas", 2),
            ("De pincode klopt niet. U kunt het nog één keer proberen, daarna blokkeert de pas", 1),
            (LOCKED, 0),
        ]:
            app.type(WRONG)
            app.says(words)
            card.tell("tries", f"tries {tries}")
        picture(options, "locked")
        facts["locked"] = app.screen.names()
        facts["exit"] = window.leave(options, app.screen, app.process)
    finally:
        app.stop()
    app = App(options, options.link[1], card, browser)
    try:
        app.type(PIN)
        app.says(LOCKED)
        facts["lockedAgain"] = app.screen.names()
    finally:
        app.stop()
    return facts


def removed(options, card, browser):
    """The card comes out at every step, is put back each time, and in the end the answer is given."""
    app = App(options, options.link[0], card, browser)
    facts = {"away": []}

    def away(order, act=lambda: None):
        card.tell(order, "removed" if order == "remove" else "armed")
        act()
        app.says(REMOVED)
        facts["away"].append({"at": order, "nothingToAnswer": app.no_question(), "names": app.screen.names()})
        if len(facts["away"]) == 1:
            picture(options, "removed")
        card.tell("insert", "inserted")

    try:
        wait_for("the PIN field", lambda: app.screen.find(PIN_FIELD))
        away("remove")
        away("pull pin", lambda: app.type(PIN))
        app.type(PIN)
        app.question()
        away("remove")
        app.type(PIN)
        app.question()
        away("pull sign", lambda: app.screen.press(YES))
        app.type(PIN)
        app.question()
        app.screen.press(YES)
        opened = os.path.join(os.path.dirname(browser), "opened")
        wait_for("the browser", lambda: os.path.exists(opened))
        with open(opened, encoding="utf-8") as file:
            facts["returnUrl"] = file.read()
        facts["exit"] = window.leave(options, app.screen, app.process)
        card.tell("tries", "tries 3")
        return facts
    finally:
        app.stop()


def play(options, folder):
    browser, _ = window.recording_browser(folder)
    place = f"{folder}/reader"
    os.mkdir(place)
    # The reader's service may run as another user, who must be able to get there.
    os.chmod(folder, 0o711)
    card = VirtualCard(options.virtual_card, place, getattr(options, "pass"))
    try:
        return {"locked": locked, "removed": removed}[options.scene](options, card, browser)
    finally:
        card.stop()


def main():
    options = arguments()
    window.enter_session(__file__)
    print(json.dumps(window.with_display(lambda folder: play(options, folder)), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
