//! A router that remembers its routes, so that a test can ask of every one of them who may use it.

use crate::AppState;
use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{get, post},
};

/// Routes of a room.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    listed: Vec<(Method, &'static str)>,
}

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Something to look at.
    pub fn get<H, T>(mut self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.router = self.router.route(path, get(handler));
        self.listed.push((Method::GET, path));
        self
    }
    /// Something to do.
    pub fn post<H, T>(mut self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.router = self.router.route(path, post(handler));
        self.listed.push((Method::POST, path));
        self
    }
    /// The routes of another room too.
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.listed.extend(other.listed);
        self
    }
    /// Method and path of each.
    pub fn listed(&self) -> &[(Method, &'static str)] {
        &self.listed
    }
    /// The router itself.
    pub fn into_router(self) -> Router<AppState> {
        self.router
    }
}
