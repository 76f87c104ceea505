//! `rhapsode serve`: open, import, answer, and import again when files change.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rhapsode::api::webhooks::Webhook;
use rhapsode::api::{self, Api};
use rhapsode::config::Config;
use rhapsode::store::Store;
use tokio::sync::oneshot;

use crate::import;
use crate::watch::Watch;

/// A start with a database of the same project waits this long for the import before it answers from what is there.
const PATIENCE: Duration = Duration::from_millis(300);

/// Serves until it is told to stop.
pub async fn serve(config: &Config) -> anyhow::Result<ExitCode> {
    let listener = bind(config.listen)?;
    let store = if config.read_only {
        Store::open_read_only(&config.database).await?
    } else {
        Store::open(&config.database).await?
    };
    if !config.read_only {
        first_import(config, &store).await?;
    }
    let api = Api::new(store, &config.api())
        .with_statamic(config.statamic())
        .with_previews(config.preview_secret.clone())
        .with_webhooks(webhooks(config));
    let address = listener.local_addr()?;
    let server = api::serve(Arc::new(api), listener)?;
    tracing::info!("serving {} at http://{address}", config.root.display());
    server.await?;
    Ok(ExitCode::SUCCESS)
}

/// Whom to tell what changes. How far each knows the site is kept in the database, so that it has to be one that can be
/// written.
fn webhooks(config: &Config) -> Vec<Webhook> {
    if !config.read_only {
        return config.webhooks();
    }
    if !config.webhooks.is_empty() {
        tracing::warn!("webhooks are not told anything by a server that only reads its database");
    }
    Vec::new()
}

fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; stop what does, or give another with --listen")
    })
}

/// Starts importing, and waits for it: not long, where the database already holds this project.
async fn first_import(config: &Config, store: &Store) -> anyhow::Result<()> {
    let known = store.generation().await?;
    let (done, imported) = oneshot::channel();
    tokio::spawn(keep_fresh(config.clone(), store.clone(), done));
    if known.number == 0 || known.fingerprint != import::fingerprint(config) {
        return imported.await?;
    }
    tokio::time::timeout(PATIENCE, imported)
        .await
        .unwrap_or(Ok(Ok(())))?
}

/// Imports once, then each time that files change.
async fn keep_fresh(config: Config, store: Store, first: oneshot::Sender<anyhow::Result<()>>) {
    let watch = if config.no_watch {
        None
    } else {
        watching(&config)
    };
    let imported = import::import(&config, &store, None).await;
    if let Err(Err(error)) = first.send(imported.map(|line| tracing::info!("{line}"))) {
        tracing::error!("the first import failed; the former one is served: {error:#}");
    }
    let Some(mut watch) = watch else { return };
    while watch.burst().await {
        match import::import(&config, &store, Some(&mut watch)).await {
            Ok(line) => tracing::info!("{line}"),
            Err(error) => tracing::error!("the import failed; the former one is served: {error:#}"),
        }
    }
}

fn watching(config: &Config) -> Option<Watch> {
    let watching = Watch::begin(config);
    if let Err(error) = &watching {
        tracing::warn!("changes of files will not be seen: {error:#}");
    }
    watching.ok()
}
