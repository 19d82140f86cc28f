//! What the apps must know of this server before they trust it.

use crate::AppState;
use axum::{Json, extract::State};
use protocol::{
    B64,
    app_config::{AppConfig, KnownServer},
};

/// The servers that the apps know, this one first.
#[utoipa::path(get, path = "/.well-known/zorgid-app.json", tag = "apps", responses((status = 200, body = serde_json::Value, description = "`{servers: [{id, api_origin, app_origin, environment, root, operator}]}`")))]
pub(super) async fn app_config(State(app): State<AppState>) -> Json<AppConfig> {
    let mut servers = vec![this_server(&app)];
    servers.extend(app.config.other_servers.iter().cloned());
    Json(AppConfig { servers })
}

fn this_server(app: &AppState) -> KnownServer {
    KnownServer {
        id: app.config.server_id.clone(),
        api_origin: app.config.public_url.clone(),
        app_origin: app.config.app_origin.clone(),
        environment: app.config.environment,
        root: B64::from(app.certificates.root()),
        operator: app.config.operator.clone(),
    }
}
