//! The camera and picture files, drawn on a canvas and searched for a QR code.

use super::{describe, name_of, object};
use crate::qr::Grey;
use protocol::link::QrLink;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlVideoElement, ImageBitmap, MediaStream,
    MediaStreamConstraints, MediaStreamTrack,
};

/// Longest side that is searched, in pixels: enough for our codes across a room, small enough for a slow phone.
const FRAME_SIDE: f64 = 800.0;
/// Pictures from a file are tried small first, then large.
const PICTURE_SIDES: [f64; 3] = [800.0, 1600.0, 400.0];

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraError {
    /// The person or the browser said no.
    Refused,
    /// There is no camera.
    Missing,
    /// Another program has it, or it broke.
    Busy(String),
}

/// A running camera; stops when dropped.
pub struct Camera {
    stream: MediaStream,
}

impl Camera {
    /// Asks for the camera at the back and shows it in `video`.
    pub async fn start(video: &HtmlVideoElement) -> Result<Self, CameraError> {
        let devices = web_sys::window().map(|w| w.navigator()).and_then(|n| n.media_devices().ok());
        let devices = devices.filter(|d| !d.is_undefined()).ok_or(CameraError::Missing)?;
        let wishes = object(&[
            ("facingMode", object(&[("ideal", "environment".into())]).into()),
            ("width", object(&[("ideal", 1280.into())]).into()),
            ("height", object(&[("ideal", 720.into())]).into()),
        ]);
        let constraints = MediaStreamConstraints::new();
        constraints.set_video(&wishes);
        constraints.set_audio(&JsValue::FALSE);
        let asked = devices.get_user_media_with_constraints(&constraints).map_err(sort)?;
        let stream: MediaStream = JsFuture::from(asked).await.and_then(JsCast::dyn_into).map_err(sort)?;
        let camera = Self { stream };
        video.set_src_object(Some(&camera.stream));
        let playing = video.play().map_err(sort)?;
        JsFuture::from(playing).await.map_err(sort)?;
        Ok(camera)
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in self.stream.get_tracks() {
            if let Ok(track) = track.dyn_into::<MediaStreamTrack>() {
                track.stop();
            }
        }
    }
}

fn sort(error: JsValue) -> CameraError {
    match name_of(&error).as_str() {
        "NotAllowedError" | "SecurityError" | "PermissionDeniedError" => CameraError::Refused,
        "NotFoundError" | "OverconstrainedError" | "DevicesNotFoundError" => CameraError::Missing,
        _ => CameraError::Busy(describe(&error)),
    }
}

/// A canvas that is never shown, to read pixels from.
pub struct Reader {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Reader {
    /// Makes the canvas.
    pub fn new() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
        let options = object(&[("willReadFrequently", true.into()), ("alpha", false.into())]);
        let context = canvas.get_context_with_context_options("2d", &options).ok().flatten()?;
        Some(Self { canvas, context: context.dyn_into().ok()? })
    }

    /// Searches the present picture of a running camera.
    pub fn read_video(&self, video: &HtmlVideoElement) -> Option<String> {
        let (width, height) = self.size(f64::from(video.video_width()), f64::from(video.video_height()), FRAME_SIDE)?;
        self.context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height).ok()?;
        self.search(width, height)
    }

    /// Searches a picture that the person chose.
    pub async fn read_file(&self, file: &File) -> Option<String> {
        let window = web_sys::window()?;
        let bitmap = window.create_image_bitmap_with_blob(file).ok()?;
        let bitmap: ImageBitmap = JsFuture::from(bitmap).await.ok()?.dyn_into().ok()?;
        let found = PICTURE_SIDES.into_iter().find_map(|side| {
            let (width, height) = self.size(f64::from(bitmap.width()), f64::from(bitmap.height()), side)?;
            // Transparent pictures get a white ground.
            self.context.set_fill_style_str("#fff");
            self.context.fill_rect(0.0, 0.0, width, height);
            self.context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height).ok()?;
            self.search(width, height)
        });
        bitmap.close();
        found
    }

    /// Sets the canvas to the picture's size, made smaller where it is larger than `side`.
    fn size(&self, width: f64, height: f64, side: f64) -> Option<(f64, f64)> {
        let longest = width.max(height);
        if longest < 1.0 {
            return None;
        }
        let scale = (side / longest).min(1.0);
        let (width, height) = ((width * scale).round().max(1.0), (height * scale).round().max(1.0));
        if f64::from(self.canvas.width()) != width || f64::from(self.canvas.height()) != height {
            self.canvas.set_width(width as u32);
            self.canvas.set_height(height as u32);
        }
        Some((width, height))
    }

    fn search(&self, width: f64, height: f64) -> Option<String> {
        let data = self.context.get_image_data(0.0, 0.0, width, height).ok()?;
        let rgba = data.data();
        Grey::from_rgba(width as usize, height as usize, &rgba).find(|text| QrLink::parse(text).is_ok())
    }
}
