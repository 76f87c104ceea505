//! `rhapsode webhooks`: the state of each address that is told what changes. It is a command and no route, because
//! addresses of webhooks are often secrets themselves.

use std::process::ExitCode;

use rhapsode::config::Config;
use rhapsode::store::Store;
use rhapsode::store::deliveries::Delivery;

/// Prints a line or two for each webhook that the settings name.
pub async fn list(config: &Config) -> anyhow::Result<ExitCode> {
    let deliveries = Store::open_read_only(&config.database)
        .await?
        .deliveries()
        .await?;
    for webhook in &config.webhooks {
        let state = deliveries
            .iter()
            .find(|delivery| delivery.url == webhook.url);
        println!(
            "{}\n  {}",
            webhook.url,
            state.map_or("not told yet".to_owned(), told)
        );
    }
    if config.webhooks.is_empty() {
        println!("there are no webhooks; they are set as [[webhooks]] in rhapsode.toml");
    }
    Ok(ExitCode::SUCCESS)
}

fn told(delivery: &Delivery) -> String {
    let known = format!("knows generation {}", delivery.known.generation);
    let last = delivery
        .delivered_at
        .map_or("it took no message yet".to_owned(), |at| {
            format!("it last took a message at {at:.0}")
        });
    let Some(message) = &delivery.pending else {
        return format!("{known}; {last}");
    };
    let answered = delivery.last_error.as_deref().unwrap_or("not tried yet");
    let next = delivery
        .next_attempt_at
        .map_or(String::new(), |at| format!(", next attempt at {at:.0}"));
    format!(
        "{known}; {last}; message {} was tried {} times: {answered}{next}",
        message.id, delivery.attempts
    )
}
