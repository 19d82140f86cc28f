//! *Scan*: the camera, and what to do without one.

use super::parts::{Weight, button, gone, heading, navigation, notices};
use crate::{
    app::App,
    platform::{
        camera::{Camera, CameraError, Reader},
        page,
    },
    texts::Text,
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use protocol::link::QrLink;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// Between two looks at the picture: quick for a person, and the phone stays cool.
const BETWEEN_FRAMES: Duration = Duration::from_millis(120);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Eye {
    Closed,
    Starting,
    Looking,
    OtherCode,
}

/// The screen.
pub fn view(app: App) -> impl IntoView {
    let eye = RwSignal::new(Eye::Closed);
    let trouble = RwSignal::new(None::<CameraError>);
    let video = NodeRef::<html::Video>::new();
    let gone = gone();

    let start = {
        let gone = gone.clone();
        move || {
            app.notice.set(None);
            trouble.set(None);
            eye.set(Eye::Starting);
            spawn_local(look(app, eye, trouble, video, gone.clone()));
        }
    };
    let open = move || eye.get() != Eye::Closed;
    let status = move || match eye.get() {
        Eye::Closed => None,
        Eye::Starting => Some(app.say(Text::CameraStarting)),
        Eye::Looking => Some(app.say(Text::CameraLooking)),
        Eye::OtherCode => Some(app.say(Text::OtherQr)),
    };
    view! {
        {heading(app.say(Text::Scan))}
        <p>{app.say(Text::ScanText)}</p>
        <div class="camera" hidden=move || !open()>
            <video node_ref=video playsinline="" muted="" aria-label=app.say(Text::CameraView)></video>
            <span class="frame" aria-hidden="true"></span>
        </div>
        <p role="status" class="camera-status">{status}</p>
        {move || trouble.get().map(|error| camera_trouble(app, &error))}
        <div class="actions">
            {move || if open() {
                button(app, app.say(Text::StopCamera), Weight::Secondary, move || eye.set(Eye::Closed)).into_any()
            } else {
                button(app, app.say(Text::ScanQr), Weight::Primary, start.clone()).into_any()
            }}
        </div>
        {without_camera(app)}
        {notices(app)}
        {navigation(app, Text::Scan)}
    }
}

/// Looks until a code of ours is found, the person stops, or the screen goes.
async fn look(
    app: App,
    eye: RwSignal<Eye>,
    trouble: RwSignal<Option<CameraError>>,
    video: NodeRef<html::Video>,
    gone: Arc<AtomicBool>,
) {
    let stopped = move || gone.load(Ordering::Relaxed) || eye.try_get_untracked().is_none_or(|eye| eye == Eye::Closed);
    let Some(element) = video.get_untracked() else { return };
    // Before it plays: iOS plays inline and unasked only what is muted.
    element.set_muted(true);
    let camera = Camera::start(&element).await;
    if stopped() {
        return;
    }
    let (camera, reader) = match (camera, Reader::new()) {
        (Ok(camera), Some(reader)) => (camera, reader),
        (Err(error), _) => {
            eye.set(Eye::Closed);
            return trouble.set(Some(error));
        }
        (Ok(_), None) => return trouble.set(Some(CameraError::Missing)),
    };
    eye.set(Eye::Looking);
    while !stopped() {
        page::sleep(BETWEEN_FRAMES).await;
        if page::is_hidden() || app.busy.try_get_untracked().unwrap_or(true) || stopped() {
            continue;
        }
        match reader.read_video(&element) {
            Some(text) if QrLink::parse(&text).is_ok() => {
                eye.set(Eye::Closed);
                drop(camera);
                return app.open_link(text);
            }
            Some(_) => eye.set(Eye::OtherCode),
            None => {}
        }
    }
}

fn camera_trouble(app: App, error: &CameraError) -> impl IntoView + use<> {
    let texts: &[Text] = match error {
        CameraError::Refused => &[Text::CameraRefusedTitle, Text::CameraRefusedWhy, Text::CameraRefusedNext],
        CameraError::Missing => &[Text::CameraMissingTitle, Text::CameraMissingNext],
        CameraError::Busy(detail) => {
            leptos::logging::warn!("camera: {detail}");
            &[Text::CameraBusyTitle, Text::CameraBusyNext]
        }
    };
    let mut texts = texts.iter().map(|text| app.say(*text));
    let title = texts.next();
    view! {
        <div role="alert" class="problem">
            <h2>{title}</h2>
            {texts.map(|text| view! { <p>{text}</p> }).collect_view()}
        </div>
    }
}

/// Paste a link, type a code, or choose a picture.
fn without_camera(app: App) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed = text.get_untracked().trim().to_owned();
        if !event.is_trusted() || app.busy.get_untracked() {
            return;
        }
        if typed.is_empty() { app.complain(app.say(Text::TypeEmpty)) } else { app.open_link(typed) }
    };
    let picture = move |event: ev::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
        let Some(file) = input.as_ref().and_then(HtmlInputElement::files).and_then(|files| files.get(0)) else {
            return;
        };
        spawn_local(async move {
            let found = match Reader::new() {
                Some(reader) => reader.read_file(&file).await,
                None => None,
            };
            match found {
                Some(link) if QrLink::parse(&link).is_ok() => app.open_link(link),
                Some(_) => app.complain(app.say(Text::OtherQr)),
                None => app.complain(app.say(Text::PictureNothing)),
            }
        });
    };
    view! {
        <section aria-labelledby="no-camera">
            <h2 id="no-camera">{app.say(Text::TypeTitle)}</h2>
            <form on:submit=submit novalidate="">
                <div class="field">
                    <label for="link">{app.say(Text::TypeLabel)}</label>
                    <p class="muted" id="link-hint">{app.say(Text::TypeHint)}</p>
                    <input
                        id="link" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="512"
                        aria-describedby="link-hint notice" aria-invalid=move || app.notice.with(Option::is_some).then_some("true")
                        prop:value=move || text.get()
                        on:input:target=move |event| text.set(event.target().value())
                    />
                </div>
                <div class="actions">
                    <button type="submit" class="button secondary">{app.say(Text::Next)}</button>
                </div>
            </form>
            // The browser's own button speaks the phone's language, not the app's: ours is the label.
            <input id="picture" class="visually-hidden" type="file" accept="image/*" on:change=picture/>
            <label for="picture" class="button secondary picture">{app.say(Text::PictureLabel)}</label>
        </section>
    }
}
