//! The browser behind the wallet: its key store, its storage, its network, its camera, its clock.

pub mod camera;
pub mod database;
pub mod device;
pub mod page;
pub mod storage;
pub mod transport;

use wasm_bindgen::JsValue;

/// A JavaScript error as text for a log line or the small print; never holds what a person typed.
pub fn describe(error: &JsValue) -> String {
    let text = |key: &str| js_sys::Reflect::get(error, &key.into()).ok().and_then(|v| v.as_string());
    match (text("name"), text("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => error.as_string().unwrap_or_else(|| "unknown".to_owned()),
    }
}

/// The `name` of a `DOMException`.
pub fn name_of(error: &JsValue) -> String {
    js_sys::Reflect::get(error, &"name".into()).ok().and_then(|v| v.as_string()).unwrap_or_default()
}

/// A plain object with these members.
pub fn object(members: &[(&str, JsValue)]) -> js_sys::Object {
    let object = js_sys::Object::new();
    for (key, value) in members {
        // Setting a member of a new plain object cannot fail.
        let _ = js_sys::Reflect::set(&object, &(*key).into(), value);
    }
    object
}
