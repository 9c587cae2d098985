//! Which of the configured providers have ended their service, or soon will.

use std::fmt;
use std::time::Duration;

use spool_format::Wall;

use super::{Config, Provider};

/// Before the end of a service people are told of it for so long.
pub const RETIRES_SOON: Duration = Duration::from_hours(24 * 90);

/// A configured provider whose service has ended or soon will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement<'c> {
    /// The provider's name in the configuration.
    pub provider: &'c str,
    /// The day, in Japan's time as it was announced.
    pub day: &'c str,
    /// Whether that day has come.
    pub is_over: bool,
    /// The preset that takes its place, if one was named.
    pub successor: Option<&'c str>,
}

impl Config {
    /// Those that are retired, or will be within so much time, in the order of the configuration.
    pub fn retirements(&self, now: Wall, within: Duration) -> Vec<Retirement<'_>> {
        self.providers.iter().filter_map(|provider| provider.retirement(now, within)).collect()
    }
}

impl Provider {
    fn retirement(&self, now: Wall, within: Duration) -> Option<Retirement<'_>> {
        let preset = self.preset?;
        let day = preset.retired.as_deref()?;
        // Days as text have the order of time.
        (day <= now.plus(within).day().as_str()).then(|| Retirement {
            provider: &self.name,
            day,
            is_over: day <= now.day().as_str(),
            successor: preset.successor.as_deref(),
        })
    }
}

impl fmt::Display for Retirement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, day, is_over, successor } = self;
        let verb = if *is_over { "closed" } else { "closes" };
        write!(f, "provider `{provider}` {verb} on {day}; put another one in its place")?;
        successor.map_or(Ok(()), |preset| write!(f, ", for example the preset `{preset}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(preset: &str) -> Config {
        let text = format!("[[provider]]\npreset = \"{preset}\"\nhost = \"h\"\nfrom = \"a@example.jp\"\n");
        Config::parse(&text, "alertmail.toml".as_ref()).expect("a configuration")
    }

    #[test]
    fn the_end_of_a_service_is_told_before_and_after_its_day() {
        let config = config("goo");
        let at = |text: &str| Wall::parse(text).expect("a time");
        for (now, expected) in [
            ("2025-11-26T23:59:59Z", None),
            ("2025-11-27T00:00:00Z", Some("provider `goo` closes on 2026-02-25; ")),
            ("2026-02-24T23:59:59Z", Some("provider `goo` closes on 2026-02-25; ")),
            ("2026-02-25T00:00:00Z", Some("provider `goo` closed on 2026-02-25; ")),
        ] {
            let told = config.retirements(at(now), RETIRES_SOON);
            let told = told.first().map(ToString::to_string);
            assert_eq!(told.is_some(), expected.is_some(), "{now}: {told:?}");
            assert!(told.unwrap_or_default().starts_with(expected.unwrap_or("")), "{now}");
        }
        let told = config.retirements(at("2026-11-25T00:00:00Z"), Duration::ZERO);
        assert!(told[0].to_string().ends_with("for example the preset `ocn`"), "{told:?}");
    }

    #[test]
    fn a_service_that_goes_on_is_not_mentioned() {
        let far = Wall::parse("2090-01-01T00:00:00Z").expect("a time");
        assert_eq!(config("self-hosted").retirements(far, RETIRES_SOON), []);
    }
}
