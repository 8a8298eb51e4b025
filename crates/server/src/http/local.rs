//! The console on this machine alone: plain HTTP on a loopback address, under the one name that browsers trust without a
//! certificate. Never: on another address, for another host, or for devices.

use super::listen::{Listener, drive};
use super::router;
use crate::App;
use crate::limits::CONNECTIONS_MAX;
use axum::Router;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Serves until `stop`, then lets open requests finish.
pub async fn serve_local(app: Arc<App>, listener: Listener, stop: CancellationToken) {
    let router: Router = router::people(app).layer(axum::Extension(super::Door::Loopback));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (tcp, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, mostly: accepting again at once would spin.
                tracing::error!(%error, "http.accept");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else { continue };
        let router = router.clone().layer(axum::Extension(super::RemoteAddress(peer.ip())));
        let stop = stop.clone();
        tasks.spawn(async move {
            let _ = tcp.set_nodelay(true);
            drive(tcp, false, router, CancellationToken::new(), &stop).await;
            drop(place);
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}
