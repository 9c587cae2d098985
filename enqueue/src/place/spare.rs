//! The spare folder in memory: for a machine whose administrator would rather lose an alert in a power cut than now.
//!
//! It exists only if he made it, and that is his consent. The same order of writing as in `incoming/`.

use spool_format::fs::{SpoolFs, StdFs};

use crate::place::{Failure, Parcel, incoming};

/// Publishes the alert there, and says where that is.
pub(crate) fn keep(parcel: &Parcel) -> Result<String, Failure> {
    let Some(path) = &parcel.places.spare else {
        let missing = std::io::ErrorKind::NotFound.into();
        return Err(Failure::NextPlace(incoming::cannot_open(&missing, &parcel.places.spool)));
    };
    let folder =
        StdFs.open_dir(path).map_err(|error| Failure::NextPlace(incoming::cannot_open(&error, path)))?;
    match incoming::publish_into(&folder, parcel, || Ok(()))? {
        Ok(()) => Ok(path.display().to_string()),
        Err(error) if error.is_unsure() => {
            Err(Failure::Unsure(incoming::unsure(parcel.id, path, &error.to_string())))
        }
        Err(error) => Err(Failure::NextPlace(incoming::refuse(&error.to_string(), &error.source, path))),
    }
}
