//! Brings a composed alert into the first place that takes it, within its time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::{Alert, AlertId};

use crate::alert::too_large;
use crate::deadline::{Deadline, TIMEOUT};
use crate::exit::{Exit, Refusal};
use crate::place::incoming::{self, Kept};
use crate::place::{self, Failure, Parcel, Places, Stored};
use crate::watch::Watch;
use crate::{Outcome, World};

/// Ids to try. That even one is taken means that a clock and 80 bits of chance repeat; a third time is no accident.
const IDS_MAX: u32 = 3;

/// Stores the alert under an id of its own. `timeout` is what the caller asked for, if he did.
pub(crate) fn store(
    mut alert: Alert,
    places: &Places,
    timeout: Option<Duration>,
    world: &mut World<'_>,
) -> Outcome {
    let deadline = Deadline::new(timeout.unwrap_or(TIMEOUT), world.clock);
    let mut ids_left = IDS_MAX;
    loop {
        let parcel = match pack(alert, places, world) {
            Ok(parcel) => Arc::new(parcel),
            Err(refusal) => return Outcome::of(Err(refusal), places.voice),
        };
        ids_left -= 1;
        let watch = world.leave.and_then(|leave| Watch::begin(Arc::clone(&parcel), deadline, leave).ok());
        let kept = incoming::keep(&parcel, || watch.as_ref().map_or(Ok(()), Watch::may_appear));
        if let Some(outcome) = watch.and_then(Watch::settle) {
            return outcome;
        }
        let result = match kept {
            Ok(Kept::Durably) => Ok(Stored { id: parcel.id, warning: None }),
            // `None` if the watch has not noticed yet that it is over: then it stays at one id, which is no accident either.
            Ok(Kept::IdTaken(error)) => match Arc::into_inner(parcel).filter(|_| ids_left > 0) {
                Some(parcel) => {
                    alert = parcel.alert;
                    continue;
                }
                None => Err(incoming::refuse(&error.to_string(), &error.source, &places.spool)),
            },
            Err(Failure::NextPlace(first)) => place::elsewhere(&parcel, &deadline, first),
            Err(Failure::Unsure(refusal) | Failure::Final(refusal)) => Err(refusal),
        };
        return Outcome::of(result, places.voice);
    }
}

/// Gives the alert an id and makes it the octets that every place gets.
fn pack(mut alert: Alert, places: &Places, world: &mut World<'_>) -> Result<Parcel, Refusal> {
    let id = new_id(world)?;
    alert.id = Some(id);
    let octets = alert.to_octets();
    if octets.len() > ALERT_OCTETS_MAX {
        return Err(too_large("what was given"));
    }
    Ok(Parcel { id, alert, octets, places: places.clone() })
}

/// An id that nobody had before.
pub(crate) fn new_id(world: &mut World<'_>) -> Result<AlertId, Refusal> {
    let no_chance = |error: io::Error| {
        let text = format!("the system gives no random octets for an id: {error}; try again later");
        Refusal::new(Exit::TryAgain, text)
    };
    Ok(AlertId::new(world.now, (world.entropy)().map_err(no_chance)?))
}
