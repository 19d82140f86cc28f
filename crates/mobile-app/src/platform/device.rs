//! The device's keys: WebCrypto keys that no script can read out (`extractable: false`), kept in IndexedDB.

use super::{database, describe, object};
use async_trait::async_trait;
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use wallet::ports::{Device, DeviceError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

const HMAC_KEY: &str = "device-hmac";
const SIGNING_KEY: &str = "device-signing";

/// The browser's key store.
pub struct BrowserDevice;

impl BrowserDevice {
    fn subtle() -> Result<SubtleCrypto, JsValue> {
        let window = web_sys::window().ok_or("no window")?;
        Ok(window.crypto()?.subtle())
    }

    /// The stored value, or a new one. Whoever stores first wins, so that two windows agree.
    async fn key(name: &str, algorithm: js_sys::Object, usages: &[&str]) -> Result<JsValue, JsValue> {
        if let Some(found) = database::get(name).await? {
            return Ok(found);
        }
        let usages: Array = usages.iter().map(|u| JsValue::from(*u)).collect();
        let made = Self::subtle()?.generate_key_with_object(&algorithm, false, &usages)?;
        let made = JsFuture::from(made).await?;
        let added = database::add(name, &made).await;
        match (database::get(name).await?, added) {
            (Some(stored), _) => Ok(stored),
            (None, Err(problem)) => Err(problem.into()),
            (None, Ok(())) => Err("the key was not kept".into()),
        }
    }

    async fn mac(message: &[u8]) -> Result<Vec<u8>, JsValue> {
        let algorithm = object(&[("name", "HMAC".into()), ("hash", "SHA-256".into()), ("length", 256.into())]);
        let key: CryptoKey = Self::key(HMAC_KEY, algorithm, &["sign"]).await?.dyn_into()?;
        let message = Uint8Array::from(message);
        let mac = Self::subtle()?.sign_with_str_and_js_u8_array("HMAC", &key, &message)?;
        bytes(JsFuture::from(mac).await?)
    }

    async fn signing_pair() -> Result<JsValue, JsValue> {
        let algorithm = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())]);
        Self::key(SIGNING_KEY, algorithm, &["sign", "verify"]).await
    }

    async fn signature(message: &[u8]) -> Result<Vec<u8>, JsValue> {
        let key: CryptoKey = Reflect::get(&Self::signing_pair().await?, &"privateKey".into())?.dyn_into()?;
        let algorithm = object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())]);
        let message = Uint8Array::from(message);
        let signature = Self::subtle()?.sign_with_object_and_js_u8_array(&algorithm, &key, &message)?;
        bytes(JsFuture::from(signature).await?)
    }

    async fn spki() -> Result<Vec<u8>, JsValue> {
        let key: CryptoKey = Reflect::get(&Self::signing_pair().await?, &"publicKey".into())?.dyn_into()?;
        bytes(JsFuture::from(Self::subtle()?.export_key("spki", &key)?).await?)
    }
}

fn bytes(value: JsValue) -> Result<Vec<u8>, JsValue> {
    let buffer: ArrayBuffer = value.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn failed(error: JsValue) -> DeviceError {
    DeviceError(describe(&error))
}

#[async_trait(?Send)]
impl Device for BrowserDevice {
    async fn hmac(&self, message: &[u8]) -> Result<[u8; 32], DeviceError> {
        let mac = Self::mac(message).await.map_err(failed)?;
        mac.try_into().map_err(|_| DeviceError("an HMAC of unexpected length".to_owned()))
    }
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceError> {
        let signature = Self::signature(message).await.map_err(failed)?;
        signature.try_into().map_err(|_| DeviceError("a signature of unexpected length".to_owned()))
    }
    async fn public_key(&self) -> Result<Vec<u8>, DeviceError> {
        Self::spki().await.map_err(failed)
    }
}
