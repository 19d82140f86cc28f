//! `fetch`, without cookies, without caches, without redirects.

use super::{describe, page};
use async_trait::async_trait;
use js_sys::{ArrayBuffer, Uint8Array};
use wallet::ports::{HttpAnswer, Transport, TransportError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response};

/// A server that says nothing for this long is not reachable, in milliseconds.
const PATIENCE: u32 = 20_000;

/// The browser's network.
pub struct BrowserTransport;

impl BrowserTransport {
    async fn send(method: &str, url: &str, json: Option<String>) -> Result<HttpAnswer, JsValue> {
        let window = web_sys::window().ok_or("no window")?;
        let init = RequestInit::new();
        init.set_method(method);
        init.set_credentials(RequestCredentials::Omit);
        init.set_cache(RequestCache::NoStore);
        init.set_redirect(RequestRedirect::Error);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
        if let Some(json) = &json {
            init.set_body(&json.into());
        }
        let request = Request::new_with_str_and_init(url, &init)?;
        if json.is_some() {
            request.headers().set("Content-Type", "application/json")?;
        }
        request.headers().set("Accept-Language", page::language().tag())?;
        let response: Response = JsFuture::from(window.fetch_with_request(&request)).await?.dyn_into()?;
        let body: ArrayBuffer = JsFuture::from(response.array_buffer()?).await?.dyn_into()?;
        Ok(HttpAnswer { status: response.status(), body: Uint8Array::new(&body).to_vec() })
    }
}

#[async_trait(?Send)]
impl Transport for BrowserTransport {
    async fn post(&self, url: &str, json: String) -> Result<HttpAnswer, TransportError> {
        Self::send("POST", url, Some(json)).await.map_err(|e| TransportError(describe(&e)))
    }
    async fn get(&self, url: &str) -> Result<HttpAnswer, TransportError> {
        Self::send("GET", url, None).await.map_err(|e| TransportError(describe(&e)))
    }
}
