//! The end of a server: when the process is told to stop, those who listen for ever are sent home, so that nobody is
//! waited for who would not go.

use std::io;
use std::sync::Arc;

use actix_web::dev::ServerHandle;

use super::Api;

/// The signals that tell a process to stop; they are caught from the moment at which this is made.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one of them; whether it lets what is under way end first.
    async fn caught(mut self) -> bool {
        tokio::select! {
            _ = self.interrupt.recv() => false,
            _ = self.quit.recv() => false,
            _ = self.terminate.recv() => true,
        }
    }
}

/// The signals that tell a process to stop.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn catch() -> io::Result<Self> {
        Ok(Self)
    }

    async fn caught(self) -> bool {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        false
    }
}

/// Stops the server when the process is told to: by `SIGTERM` after what is under way, by Ctrl-C at once.
pub(super) async fn when_told(signals: Signals, api: Arc<Api>, server: ServerHandle) {
    let graceful = signals.caught().await;
    api.live.close();
    server.stop(graceful).await;
}
