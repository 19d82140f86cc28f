//! One IndexedDB store of named values: the wallet's file and the two device keys.

use super::describe;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode};

const NAME: &str = "zorgid";
const STORE: &str = "items";

/// Reads a value; `None` when it was never written.
pub async fn get(key: &str) -> Result<Option<JsValue>, String> {
    let database = open().await?;
    let value = async {
        let transaction = database.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readonly)?;
        JsFuture::from(request_promise(&transaction.object_store(STORE)?.get(&key.into())?)).await
    }
    .await;
    database.close();
    let value = value.map_err(|e| describe(&e))?;
    Ok((!value.is_undefined()).then_some(value))
}

/// Writes a value and returns when the browser says that it is on disk.
pub async fn put(key: &str, value: &JsValue) -> Result<(), String> {
    write(|store| store.put_with_key(value, &key.into())).await
}

/// Writes a value unless there is one: of two windows that start at once, one wins and the other reads.
pub async fn add(key: &str, value: &JsValue) -> Result<(), String> {
    write(|store| store.add_with_key(value, &key.into())).await
}

async fn write(act: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>) -> Result<(), String> {
    let database = open().await?;
    let written = async {
        let transaction = durable_transaction(&database)?;
        let done = transaction_promise(&transaction);
        act(&transaction.object_store(STORE)?)?;
        JsFuture::from(done).await
    }
    .await;
    database.close();
    written.map(|_| ()).map_err(|e| describe(&e))
}

/// `readwrite` with `durability: "strict"`: complete means flushed, not just handed to the system.
fn durable_transaction(database: &IdbDatabase) -> Result<IdbTransaction, JsValue> {
    let transaction: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
    let options = super::object(&[("durability", "strict".into())]);
    let arguments = Array::of3(&STORE.into(), &"readwrite".into(), &options);
    transaction.apply(database, &arguments)?.dyn_into()
}

async fn open() -> Result<IdbDatabase, String> {
    let factory = web_sys::window().and_then(|w| w.indexed_db().ok().flatten()).ok_or("IndexedDB is switched off")?;
    let request = factory.open_with_u32(NAME, 1).map_err(|e| describe(&e))?;
    let upgrading = request.clone();
    let on_upgrade = Closure::once_into_js(move || {
        if let Ok(database) = upgrading.result().and_then(|r| r.dyn_into::<IdbDatabase>()) {
            // A failure here aborts the opening, which is reported below.
            let _ = database.create_object_store(STORE);
        }
    });
    request.set_onupgradeneeded(Some(on_upgrade.unchecked_ref()));
    let database = JsFuture::from(request_promise(&request)).await.map_err(|e| describe(&e))?;
    database.dyn_into().map_err(|_| "not a database".to_owned())
}

fn request_promise(request: &IdbRequest) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let succeeded = request.clone();
        let on_success = Closure::once_into_js(move || {
            let result = succeeded.result().unwrap_or(JsValue::UNDEFINED);
            let _ = resolve.call1(&JsValue::NULL, &result);
        });
        let failed = request.clone();
        let on_error = Closure::once_into_js(move || {
            let error = failed.error().ok().flatten().map_or(JsValue::UNDEFINED, JsValue::from);
            let _ = reject.call1(&JsValue::NULL, &error);
        });
        request.set_onsuccess(Some(on_success.unchecked_ref()));
        request.set_onerror(Some(on_error.unchecked_ref()));
    })
}

fn transaction_promise(transaction: &IdbTransaction) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let on_complete = Closure::once_into_js(move || {
            let _ = resolve.call0(&JsValue::NULL);
        });
        let aborted = transaction.clone();
        let on_abort = Closure::once_into_js(move || {
            let error = aborted.error().map_or(JsValue::UNDEFINED, JsValue::from);
            let _ = reject.call1(&JsValue::NULL, &error);
        });
        transaction.set_oncomplete(Some(on_complete.unchecked_ref()));
        transaction.set_onabort(Some(on_abort.unchecked_ref()));
    })
}
