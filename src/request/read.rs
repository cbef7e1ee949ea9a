//! Reading: a request as services and journals write it; what does not belong into one is a fault, never passed over.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{EnumAccessDeserializer, StringDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess,
    VariantAccess, Visitor,
};

use super::{Member, Request, Verb};

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Asked)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AskedTogether)
    }
}

struct Asked;

impl<'de> Visitor<'de> for Asked {
    type Value = Request;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Request, M::Error> {
        let (mut id, mut on, mut by, mut clerk, mut effective) = (None, None, None, None, None);
        let (mut facts, mut verb) = (None, None);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "id" => once(&mut id, "id", map.next_value()?)?,
                "on" => once(&mut on, "on", map.next_value()?)?,
                "by" => once(&mut by, "by", map.next_value()?)?,
                "clerk" => once(&mut clerk, "clerk", map.next_value()?)?,
                "effective" => once(&mut effective, "effective", map.next_value()?)?,
                "facts" => once(&mut facts, "facts", map.next_value()?)?,
                _ => asked(&mut verb, name, &mut map)?,
            }
        }
        let (id, on, by) = (id.flatten(), on.flatten(), by.flatten());
        let (clerk, effective, facts) = (clerk.flatten(), effective.flatten(), facts.unwrap_or_default());
        Ok(Request { id, on, by, clerk, effective, facts, verb: verb.ok_or_else(nothing)? })
    }
}

struct AskedTogether;

impl<'de> Visitor<'de> for AskedTogether {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member of a batch")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Member, M::Error> {
        let (mut facts, mut verb) = (None::<BTreeMap<_, _>>, None);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "facts" => once(&mut facts, "facts", map.next_value()?)?,
                _ => asked(&mut verb, name, &mut map)?,
            }
        }
        Ok(Member { facts: facts.unwrap_or_default(), verb: verb.ok_or_else(nothing)? })
    }
}

/// What stands under a name, if nothing stood there before.
fn once<T, E: Error>(place: &mut Option<T>, name: &'static str, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}

/// The one thing that is asked.
fn asked<'de, M: MapAccess<'de>>(verb: &mut Option<Verb>, name: String, map: &mut M) -> Result<(), M::Error> {
    if !Verb::NAMES.contains(&name.as_str()) {
        let message = format!("`{name}` is no part of a request, and nothing that can be asked");
        return Err(M::Error::custom(message));
    }
    if let Some(verb) = verb {
        let message = format!("`{name}` stands beside `{}`: a request asks one thing", verb.name());
        return Err(M::Error::custom(message));
    }
    *verb = Some(Verb::deserialize(EnumAccessDeserializer::new(Named { name, map }))?);
    Ok(())
}

fn nothing<E: Error>() -> E {
    E::custom("nothing is asked: a request has one verb, such as `appoint`")
}

/// A verb's name, and its fields as the map's next value.
struct Named<'a, M> {
    name: String,
    map: &'a mut M,
}

impl<'de, 'a, M: MapAccess<'de>> EnumAccess<'de> for Named<'a, M> {
    type Error = M::Error;
    type Variant = Fields<'a, M>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self::Variant), M::Error> {
        let name: StringDeserializer<M::Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Fields(self.map)))
    }
}

struct Fields<'a, M>(&'a mut M);

impl<'de, M: MapAccess<'de>> VariantAccess<'de> for Fields<'_, M> {
    type Error = M::Error;

    fn unit_variant(self) -> Result<(), M::Error> {
        self.0.next_value()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, M::Error> {
        self.0.next_value_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, M::Error> {
        self.0.next_value_seed(Any(visitor, PhantomData))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        self.0.next_value_seed(Any(visitor, PhantomData))
    }
}

/// Whatever a visitor takes.
struct Any<'de, V>(V, PhantomData<&'de ()>);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Any<'de, V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_any(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Member, Request};

    #[test]
    fn what_does_not_belong_is_told() {
        for (text, expect) in [
            (r#"{"vacate": {"person": "p"}, "foo": 1}"#, "`foo` is no part of a request, and nothing"),
            (
                r#"{"effectve": "2024-01-01", "vacate": {"person": "p"}}"#,
                "`effectve` is no part of a request",
            ),
            (
                r#"{"advance": {}, "vacate": {"person": "p"}}"#,
                "`vacate` stands beside `advance`: a request asks",
            ),
            (r#"{"id": "a", "advance": {}, "id": "b"}"#, "duplicate field `id`"),
            (r#"{"drw": {}}"#, "`drw` is no part of a request"),
            (r#"{"id": "a"}"#, "nothing is asked"),
            (r#"{"vacate": {"person": "p", "unit": "u"}}"#, "give `person`, or `unit` and `kind`"),
            (r#"{"vacate": {"persn": "p"}}"#, "unknown field `persn`"),
            (r#"{"batch": [{"by": "x", "advance": {}}]}"#, "`by` is no part of a request"),
            ("[]", "expected a request"),
        ] {
            let told = serde_json::from_str::<Request>(text).err().map(|error| error.to_string());
            assert!(told.as_ref().is_some_and(|told| told.contains(expect)), "{text}: {told:?}");
        }
        assert!(serde_json::from_str::<Member>(r#"{"on": "2024-01-01", "advance": {}}"#).is_err());
    }

    #[test]
    fn a_request_reads_as_it_was_written() {
        for text in [
            r#"{"id":"r-1","on":"2024-03-05","by":"nanping","clerk":"c","effective":"2024-03-04","facts":{"consent":"n 1"},"vacate":{"person":"p","reason":"retired"}}"#,
            r#"{"batch":[{"facts":{"n":3},"abolish":{"node":"a"}},{"merge":{"units":["b"],"into":"c"}}]}"#,
            r#"{"advance":{}}"#,
        ] {
            let request: Request =
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(serde_json::to_string(&request).ok().as_deref(), Some(text));
            let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            assert_eq!(serde_json::from_value::<Request>(value).ok(), Some(request));
        }
        let with_nulls: Result<Request, _> = serde_json::from_str(r#"{"id":null,"on":null,"advance":{}}"#);
        assert!(with_nulls.is_ok_and(|request| request.id.is_none()));
    }
}
