//! One line of the journal, and how it is read: in one go, since its writer says first what happened.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, IntoDeserializer as _, MapAccess,
    VariantAccess, Visitor,
};
use serde::{Deserialize, Serialize, forward_to_deserialize_any};
use serde_json::{Map, Value};

use crate::event::{Event, Fields};
use crate::wall::Wall;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// When it was written, by the wall clock of the agent.
    pub at: Wall,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

impl Entry {
    /// Appends the entry to `out` as one line.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        serde_json::to_writer(&mut *out, self)
            .expect("an entry has only string keys, and a Vec takes every octet");
        out.push(b'\n');
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Line)
    }
}

struct Line;

impl<'de> Visitor<'de> for Line {
    type Value = Entry;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object that says when what happened")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let (mut at, mut name) = (None::<Wall>, None::<Cow<'de, str>>);
        // What stands before the time and the event, in lines that others have written: an object has no order.
        let mut before = Map::new();
        loop {
            if let (Some(at), Some(name)) = (at, &name)
                && before.is_empty()
            {
                let event = Fields::deserialize(Happened { name, fields: &mut map })?;
                return Ok(Entry { at, event });
            }
            let Some(key) = map.next_key::<Cow<'de, str>>()? else { break };
            match &*key {
                "at" if at.is_none() => at = Some(map.next_value()?),
                "event" if name.is_none() => name = Some(map.next_value()?),
                _ => drop(before.insert(key.into_owned(), map.next_value::<Value>()?)),
            }
        }
        let at = at.ok_or_else(|| A::Error::missing_field("at"))?;
        let name = name.ok_or_else(|| A::Error::missing_field("event"))?;
        let fields = MapDeserializer::<_, serde_json::Error>::new(before.into_iter());
        let event = Fields::deserialize(Happened { name: &name, fields }).map_err(A::Error::custom)?;
        Ok(Entry { at, event })
    }
}

/// An event whose name is known, and whose fields come.
struct Happened<'n, M> {
    name: &'n str,
    fields: M,
}

impl<'de, M: MapAccess<'de>> Deserializer<'de> for Happened<'_, M> {
    type Error = M::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, M::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, M: MapAccess<'de>> EnumAccess<'de> for Happened<'_, M> {
    type Error = M::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), M::Error> {
        Ok((seed.deserialize(self.name.into_deserializer())?, self))
    }
}

impl<'de, M: MapAccess<'de>> VariantAccess<'de> for Happened<'_, M> {
    type Error = M::Error;

    fn unit_variant(mut self) -> Result<(), M::Error> {
        while self.fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, M::Error> {
        seed.deserialize(MapAccessDeserializer::new(self.fields))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, M::Error> {
        Err(M::Error::custom("no event is a tuple"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        visitor.visit_map(self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One line of each shape: fields of its own, a boxed struct, none.
    const LINES: [&str; 4] = [
        r#"{"at":"2026-11-25T00:00:00.000Z","event":"attempt","id":"01kax3tzzzzzzzzzzzzzzzzzzz","attempt":2,"provider":"home","recipients":["a@example.jp"]}"#,
        r#"{"at":"2026-11-25T00:00:00.000Z","event":"notice","kind":"provider-failing","about":"home","since":"2026-11-25T00:00:00.000Z","count":1,"open":true}"#,
        r#"{"at":"2026-11-25T00:00:00.000Z","event":"stopped"}"#,
        r#"{"at":"2026-11-25T00:00:00.000Z","event":"held","id":"01kax3tzzzzzzzzzzzzzzzzzzz","by":0}"#,
    ];

    fn read(line: &str) -> Entry {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    proptest! {
        #[test]
        fn a_line_says_the_same_in_whatever_order_its_fields_stand_and_with_fields_of_a_later_version(
            (which, further, order) in (0..LINES.len(), 0_usize..3, any::<prop::sample::Index>())
        ) {
            let line = LINES[which];
            let Ok(Value::Object(fields)) = serde_json::from_str(line) else { panic!("{line}") };
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.extend((0..further).map(|n| (format!("later{n}"), serde_json::json!({ "event": [n] }))));
            let turned = order.index(fields.len());
            fields.rotate_left(turned);
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{}:{value}", Value::from(key.as_str()))).collect();
            prop_assert_eq!(read(&format!("{{{}}}", fields.join(","))), read(line));
        }
    }

    #[test]
    fn a_line_without_a_time_or_an_event_is_none_and_nothing_stands_behind_it() {
        for line in [
            r#"{"event":"stopped"}"#,
            r#"{"at":"2026-11-25T00:00:00.000Z"}"#,
            r#"{"at":"2026-11-25T00:00:00.000Z","event":"stopped""#,
            r#"{"at":"2026-11-25T00:00:00.000Z","event":"stopped"}}"#,
            r#"{"at":"2026-11-25T00:00:00.000Z","event":"held","by":0}"#,
            r#"["at","event"]"#,
        ] {
            assert!(serde_json::from_str::<Entry>(line).is_err(), "{line}");
        }
    }
}
