//! The two listeners, with or without TLS, and their orderly end.

use crate::{failure::Failure, settings::TlsSettings};
use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use hyper_util::rt::TokioTimer;
use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

/// A connection that does not send its headers in this time holds nothing any longer.
const HEADERS: Duration = Duration::from_secs(20);
/// Open connections may finish for so long.
const GRACE: Duration = Duration::from_secs(5);

/// A bound, not yet serving listener.
pub struct Bound {
    listener: TcpListener,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Binds; port 0 takes a free one.
pub fn bind(address: SocketAddr) -> Result<Bound, Failure> {
    let failed = |error| Failure::unreachable(format!("cannot listen on {address}"), error);
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { listener, address })
}

/// Certificate and key, when the product itself speaks TLS.
pub async fn tls(settings: Option<&TlsSettings>) -> Result<Option<RustlsConfig>, Failure> {
    match settings {
        None => Ok(None),
        Some(files) => RustlsConfig::from_pem_file(&files.certificate, &files.key)
            .await
            .map(Some)
            .map_err(|error| Failure::usage("the TLS certificate or key cannot be used", error)),
    }
}

/// Serves until the handle says stop.
pub async fn serve(
    bound: Bound,
    routes: Router,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            let mut server = axum_server::from_tcp_rustls(bound.listener, tls)?;
            server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
            server.handle(handle).serve(service).await
        }
        None => {
            let mut server = axum_server::from_tcp(bound.listener)?;
            server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
            server.handle(handle).serve(service).await
        }
    }
}

/// Ends all listeners in an orderly way.
pub fn stop(handles: &[Handle<SocketAddr>]) {
    handles.iter().for_each(|handle| handle.graceful_shutdown(Some(GRACE)));
}
