//! The wallet's one file in IndexedDB.

use super::database;
use async_trait::async_trait;
use js_sys::Uint8Array;
use wallet::ports::{Storage, StorageError};
use wasm_bindgen::JsCast;

const KEY: &str = "wallet";

/// Keeps the wallet's bytes.
pub struct BrowserStorage;

#[async_trait(?Send)]
impl Storage for BrowserStorage {
    async fn load(&self) -> Result<Option<Vec<u8>>, StorageError> {
        let value = database::get(KEY).await.map_err(StorageError)?;
        value
            .map(|v| v.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()))
            .transpose()
            .map_err(|_| StorageError("the stored wallet is not bytes".to_owned()))
    }
    async fn save(&self, bytes: &[u8]) -> Result<(), StorageError> {
        database::put(KEY, &Uint8Array::from(bytes)).await.map_err(StorageError)
    }
}
