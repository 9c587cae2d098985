//! The numbers as a page, family by family. Names and units as Prometheus's conventions have them.

use crate::engine::DISK;
use spool_format::{Severity, Wall};

use super::Listeners;
use super::counts::{Came, Counts};
use super::exposition::{Dialect, Kind, Page, number};
use super::listener::Turned;

/// What only the disk knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OnDisk {
    /// Files in each folder, where it could be counted.
    pub(super) files: Vec<(&'static str, u64)>,
    /// Octets that are free for the agent on the spool's disk.
    pub(super) free: Option<u64>,
}

const SEVERITIES: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Info];

/// States of an alert on its way, as `alertmail list` calls them.
const STATES: [&str; 4] = ["incoming", "trying", "deferred", "held"];

pub(super) fn page(
    dialect: Dialect,
    (started, now): (Wall, Wall),
    counts: &Counts,
    disk: &OnDisk,
    listeners: &Listeners,
) -> String {
    let mut page = Page::new(dialect);
    page.family("alertmail_build", Kind::Info, "The version of the program.");
    page.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    page.family("process_start_time_seconds", Kind::Gauge, "When the agent began, since 1970.");
    page.sample(&[], seconds(started));
    alerts(&mut page, now, counts);
    attempts(&mut page, counts);
    providers(&mut page, counts);
    taken(&mut page, listeners);
    condition(&mut page, counts, disk);
    page.end()
}

fn alerts(page: &mut Page, now: Wall, counts: &Counts) {
    page.family("alertmail_alerts", Kind::Gauge, "Alerts on their way, without notices and canary mails.");
    let on_their_way = counts.on_their_way();
    for state in STATES {
        for severity in SEVERITIES {
            let so_many = on_their_way.get(&(state, severity)).copied().unwrap_or(0);
            page.sample(&[("state", state), ("severity", severity.as_str())], number(so_many));
        }
    }
    page.family(
        "alertmail_oldest_undelivered_seconds",
        Kind::Gauge,
        "Age of the oldest alert on its way that is not held; 0 without one.",
    );
    let oldest = counts.oldest();
    for severity in SEVERITIES {
        let age = oldest.get(&severity).map_or(0.0, |born| now.since(*born).as_secs_f64());
        page.sample(&[("severity", severity.as_str())], age);
    }
    page.family("alertmail_accepted", Kind::Counter, "Alerts that were read and understood.");
    for severity in SEVERITIES {
        let so_many = counts.accepted.get(&severity).copied().unwrap_or(0);
        page.sample(&[("severity", severity.as_str())], number(so_many));
    }
    page.family(
        "alertmail_sent",
        Kind::Counter,
        "Alerts that are sent, by the provider that took the last mail.",
    );
    for provider in &counts.providers {
        for severity in SEVERITIES {
            let so_many = provider.sent.get(&severity).copied().unwrap_or(0);
            page.sample(&[("provider", &provider.name), ("severity", severity.as_str())], number(so_many));
        }
    }
    page.family("alertmail_dead", Kind::Counter, "Alerts that became dead letters.");
    for severity in SEVERITIES {
        let so_many = counts.dead.get(&severity).copied().unwrap_or(0);
        page.sample(&[("severity", severity.as_str())], number(so_many));
    }
    let help = "From the moment at which an alert was made until it is sent.";
    page.family("alertmail_delivery_seconds", Kind::Histogram, help);
    for (severity, took) in &counts.delivery {
        let labels = [("severity", severity.as_str())];
        page.histogram(&labels, &took.buckets(), took.count(), took.sum());
    }
}

fn attempts(page: &mut Page, counts: &Counts) {
    page.family("alertmail_attempts", Kind::Counter, "Attempts, by the best that came of each.");
    for provider in &counts.providers {
        for came in Came::ALL {
            let so_many = provider.attempts.get(&came).copied().unwrap_or(0);
            page.sample(&[("provider", &provider.name), ("result", came.as_str())], number(so_many));
        }
    }
    page.family(
        "alertmail_attempt_duration_seconds",
        Kind::Histogram,
        "From the start of an attempt to its end.",
    );
    for provider in counts.providers.iter().filter(|provider| provider.took.count() > 0) {
        let took = &provider.took;
        page.histogram(&[("provider", &provider.name)], &took.buckets(), took.count(), took.sum());
    }
}

fn providers(page: &mut Page, counts: &Counts) {
    page.family("alertmail_breaker_open", Kind::Gauge, "Whether a provider is left out.");
    for provider in &counts.providers {
        page.sample(&[("provider", &provider.name)], yes(provider.outage.is_some()));
    }
    page.family("alertmail_breaker_openings", Kind::Counter, "How often a provider began to be left out.");
    for provider in &counts.providers {
        page.sample(&[("provider", &provider.name)], number(provider.openings));
    }
    page.family(
        "alertmail_connections_now",
        Kind::Gauge,
        "How many connections at a time a provider gets: fewer than configured where it takes fewer.",
    );
    for provider in &counts.providers {
        if let Some(most) = provider.connections_now {
            page.sample(&[("provider", &provider.name)], number(most as u64));
        }
    }
    let drills =
        || counts.providers.iter().filter_map(|it| Some((&it.name, it.drill.as_ref()?.result.as_ref()?)));
    page.family(
        "alertmail_drill_ok",
        Kind::Gauge,
        "Whether a provider could have taken an alert at its last drill.",
    );
    for (name, result) in drills() {
        page.sample(&[("provider", name)], yes(result.ok));
    }
    page.family(
        "alertmail_drill_timestamp_seconds",
        Kind::Gauge,
        "When the last drill of a provider ended, since 1970.",
    );
    for (name, result) in drills() {
        page.sample(&[("provider", name)], seconds(result.ended));
    }
    let help = "When the certificate of a provider ends, since 1970, as the last drill saw it.";
    page.family("alertmail_certificate_end_timestamp_seconds", Kind::Gauge, help);
    for (name, end) in drills().filter_map(|(name, result)| Some((name, result.certificate_end?))) {
        page.sample(&[("provider", name)], seconds(end));
    }
    let canaries = || {
        let ended = |provider: &super::counts::Provider| {
            let canary = provider.canary.as_ref()?;
            Some((provider.name.clone(), canary.ok, canary.ended?))
        };
        counts.providers.iter().filter_map(ended)
    };
    page.family("alertmail_canary_ok", Kind::Gauge, "Whether a provider took its last canary mail.");
    for (name, ok, _) in canaries() {
        page.sample(&[("provider", &name)], yes(ok));
    }
    page.family("alertmail_canary_timestamp_seconds", Kind::Gauge, "When that was settled, since 1970.");
    for (name, _, ended) in canaries() {
        page.sample(&[("provider", &name)], seconds(ended));
    }
}

/// What comes from a network.
fn taken(page: &mut Page, listeners: &Listeners) {
    page.family(
        "alertmail_listener_open",
        Kind::Gauge,
        "Whether somebody listens where the configuration says that alerts are taken.",
    );
    for ((kind, listen), listener) in listeners {
        let tally = listener.tally();
        if tally.is_wanted {
            page.sample(&[("kind", kind), ("listen", listen)], yes(tally.is_open));
        }
    }
    page.family("alertmail_listener_connected", Kind::Gauge, "Who is served there now.");
    for ((kind, listen), listener) in listeners {
        page.sample(&[("kind", kind), ("listen", listen)], number(listener.tally().connected));
    }
    page.family("alertmail_listener_connections", Kind::Counter, "Connections that were made to it.");
    for ((kind, listen), listener) in listeners {
        page.sample(&[("kind", kind), ("listen", listen)], number(listener.tally().connections));
    }
    page.family(
        "alertmail_listener_refused",
        Kind::Counter,
        "Connections, recipients and alerts that were refused there, by the reason.",
    );
    for ((kind, listen), listener) in listeners {
        let tally = listener.tally();
        for why in Turned::ALL {
            let so_many = tally.turned.get(&why).copied().unwrap_or(0);
            page.sample(&[("kind", kind), ("listen", listen), ("reason", why.as_str())], number(so_many));
        }
    }
    page.family(
        "alertmail_listener_kept",
        Kind::Counter,
        "Alerts that were durable before they were acknowledged.",
    );
    for ((kind, listen), listener) in listeners {
        page.sample(&[("kind", kind), ("listen", listen)], number(listener.tally().kept));
    }
    page.family("alertmail_listener_kept_bytes", Kind::Counter, "Octets of these alerts, as they came.");
    for ((kind, listen), listener) in listeners {
        page.sample(&[("kind", kind), ("listen", listen)], number(listener.tally().octets));
    }
    page.family(
        "alertmail_listener_keep_seconds",
        Kind::Histogram,
        "From the last octet of an alert until it was durable.",
    );
    for ((kind, listen), listener) in listeners {
        let took = listener.tally().took.clone();
        page.histogram(&[("kind", kind), ("listen", listen)], &took.buckets(), took.count(), took.sum());
    }
}

fn condition(page: &mut Page, counts: &Counts, disk: &OnDisk) {
    page.family("alertmail_corrupt", Kind::Counter, "Files that were set aside since they are no alerts.");
    page.sample(&[], number(counts.corrupt));
    page.family(
        "alertmail_notices",
        Kind::Counter,
        "Notices of the agent's own condition: that it begins, is over, has happened.",
    );
    for (kind, so_many) in &counts.notices {
        page.sample(&[("kind", kind.as_str())], number(*so_many));
    }
    page.family(
        "alertmail_condition",
        Kind::Gauge,
        "What is wrong with the agent's own condition, as people were told.",
    );
    for (kind, subject) in &counts.conditions {
        page.sample(&[("kind", kind.as_str()), ("subject", subject)], 1.0);
    }
    page.family("alertmail_disk_trouble", Kind::Gauge, "Whether the disk does not do what it has to.");
    for kind in DISK {
        page.sample(&[("kind", kind.as_str())], yes(counts.troubles.contains(&kind)));
    }
    page.family(
        "alertmail_spool_files",
        Kind::Gauge,
        "Files in the folders of the spool, whatever they are.",
    );
    for (folder, so_many) in &disk.files {
        page.sample(&[("folder", folder)], number(*so_many));
    }
    page.family(
        "alertmail_spool_free_bytes",
        Kind::Gauge,
        "What is free for the agent on the disk of the spool.",
    );
    if let Some(free) = disk.free {
        page.sample(&[], number(free));
    }
}

const fn yes(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have 41 bits")]
fn seconds(at: Wall) -> f64 {
    at.unix_ms() as f64 / 1000.0
}
