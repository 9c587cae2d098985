//! What drills have found, for the check: an expired password is to be known before the outage.

use std::collections::BTreeMap;

use spool_format::{Canary, Drill};

use super::{Facts, words};
use crate::config::Config;
use crate::notice;
use crate::output::age;
use crate::spool::view::View;

/// What is known of the providers that are drilled.
pub(super) fn of(config: Option<&Config>, view: &View) -> BTreeMap<String, Drill> {
    let drilled = config.filter(|config| config.drills.every.is_some()).into_iter();
    let names = drilled.flat_map(|config| &config.providers).filter(|it| it.drill).map(|it| &it.name);
    names.filter_map(|name| Some((name.clone(), view.drills.get(name)?.clone()))).collect()
}

/// What is known of the canary mails of the providers that are sent one.
pub(super) fn canaries(config: Option<&Config>, view: &View) -> BTreeMap<String, Canary> {
    let sent = config.filter(|config| config.drills.canary.is_some()).into_iter();
    let names = sent.flat_map(|config| &config.providers).filter(|it| it.drill).map(|it| &it.name);
    names.filter_map(|name| Some((name.clone(), view.canaries.get(name)?.clone()))).collect()
}

/// Canary mails that did not get through.
pub(super) fn lost_canaries(facts: &Facts) -> impl Iterator<Item = String> {
    facts.canaries.iter().filter_map(|(name, canary)| {
        let ago = age::ago(facts.tongue, facts.now.since(canary.failed()?));
        Some(words::lost_canary(facts.tongue, name, &ago, &canary.text))
    })
}

/// What somebody should look at today. Of who is left out something is said already.
pub(super) fn problems(facts: &Facts) -> impl Iterator<Item = String> {
    facts.drills.iter().filter(|(name, _)| !facts.view.left_out.contains_key(*name)).filter_map(
        |(name, drill)| {
            let result = drill.result.as_ref()?;
            let ago = age::ago(facts.tongue, facts.now.since(result.ended));
            let news: Vec<String> = result.news.iter().map(|text| notice::why(facts.tongue, text)).collect();
            let said = news.join(facts.tongue.either(", ", "、"));
            if drill.failure().is_some() {
                return Some(words::failed_drill(facts.tongue, name, &ago, &said));
            }
            (result.ok && !said.is_empty()).then(|| words::drill_says(facts.tongue, name, &ago, &said))
        },
    )
}

/// Whether this one is left out or failed its drill.
pub(super) fn is_broken(facts: &Facts, name: &str) -> bool {
    let failed = facts.drills.get(name).is_some_and(|drill| drill.failure().is_some());
    failed || facts.view.left_out.contains_key(name)
}

/// Seconds since the drill that is longest ago, of the last one of each provider.
pub(super) fn age_s(facts: &Facts) -> Option<u64> {
    let ended = facts.drills.values().filter_map(|drill| drill.result.as_ref()).map(|result| result.ended);
    ended.min().map(|ended| facts.now.since(ended).as_secs())
}
