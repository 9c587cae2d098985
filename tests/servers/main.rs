//! Through mail servers that we have not written, one test a server: every alert has to arrive as it was meant, by every
//! TLS mode and every login that the server offers and the program knows.
//!
//! The servers come from Debian's packages without being installed (`tests/servers/install`), and run each in a world of
//! its own (`site`). What they were found to do is noted in their files. Postfix is in `tests/relay/`.

mod aiosmtpd;
mod chasquid;
mod courier;
mod dovecot;
mod exim;
mod matrix;
mod opensmtpd;
mod real;
mod sendmail;
mod site;
mod stunnel;

use matrix::{
    expect_closed_connections_to_cost_nothing, expect_the_next_provider_to_take_over, try_every_way_into,
};
use real::Login;

/// A line of the table of what was tried, for `-- --nocapture`.
#[expect(
    clippy::print_stdout,
    reason = "what was left out, and what the servers offer, is for whoever runs the tests"
)]
fn note(line: &str) {
    println!("{line}");
}

#[test]
fn every_alert_arrives_through_aiosmtpd_which_takes_nothing_that_breaks_a_rule() {
    try_every_way_into(aiosmtpd::start());
}

#[test]
fn every_alert_arrives_through_exim() {
    try_every_way_into(exim::start());
}

#[test]
fn exim_may_end_connections_when_it_likes() {
    let Some(real) = exim::start_impatient() else { return };
    expect_closed_connections_to_cost_nothing(&real, ["SMTP command timeout", "too many messages"]);
}

#[test]
fn every_alert_arrives_through_opensmtpd_and_its_broken_tls_holds_none_up() {
    let Some((real, broken)) = opensmtpd::start() else { return };
    expect_the_next_provider_to_take_over(&real, broken, &Login::Auto, "tls");
    try_every_way_into(Some(real));
}

#[test]
fn every_alert_arrives_through_dovecot_and_the_server_behind_it() {
    try_every_way_into(dovecot::start());
}

#[test]
fn every_alert_arrives_through_chasquid() {
    try_every_way_into(chasquid::start());
}

#[test]
fn every_alert_arrives_through_sendmail() {
    try_every_way_into(sendmail::start());
}

#[test]
fn every_alert_arrives_through_courier() {
    try_every_way_into(courier::start());
}

#[test]
fn every_alert_arrives_through_stunnel_and_the_server_behind_it() {
    try_every_way_into(stunnel::start());
}
