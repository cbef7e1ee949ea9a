//! Quick JSON: an entry as serde_json writes it, byte for byte, with a third of the work.

use std::fmt;
use std::io::Write as _;

use serde::ser::{
    Error, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, Serializer,
};

/// Writes a value behind what is there. Whatever no entry is made of is left to serde_json.
///
/// # Errors
/// As serde_json.
pub(super) fn write(to: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    let begin = to.len();
    if value.serialize(Quick(to)).is_ok() {
        return Ok(());
    }
    to.truncate(begin);
    serde_json::to_writer(to, value)
}

struct Quick<'a>(&'a mut Vec<u8>);

/// Members of a list, a map or a struct.
struct Members<'a> {
    to: &'a mut Vec<u8>,
    /// What stands before the next member.
    before: &'static [u8],
    /// What stands behind the last.
    end: &'static [u8],
}

/// Something that no entry is made of.
#[derive(Debug)]
struct Unusual;

/// Each of eight bytes is this.
const fn eight(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Whether one of eight bytes is 0; which one does not matter.
const fn has_zero(bytes: u64) -> bool {
    bytes.wrapping_sub(eight(1)) & !bytes & eight(0x80) != 0
}

/// Whether a text stands in JSON as it is: no quote, no backslash, no control character.
fn is_plain(text: &[u8]) -> bool {
    let are_plain = |bytes: [u8; 8]| {
        let bytes = u64::from_ne_bytes(bytes);
        let control = bytes.wrapping_sub(eight(0x20)) & !bytes & eight(0x80) != 0;
        !(control || has_zero(bytes ^ eight(b'"')) || has_zero(bytes ^ eight(b'\\')))
    };
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [b' '; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    words.iter().all(|word| are_plain(*word)) && are_plain(last)
}

fn text(to: &mut Vec<u8>, text: &str) -> Result<(), Unusual> {
    if !is_plain(text.as_bytes()) {
        return serde_json::to_writer(to, text).map_err(|_| Unusual);
    }
    to.reserve(text.len().saturating_add(3));
    to.push(b'"');
    to.extend_from_slice(text.as_bytes());
    to.push(b'"');
    Ok(())
}

impl<'a> Quick<'a> {
    fn number(self, number: impl itoa::Integer) {
        self.0.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    fn null(self) {
        self.0.extend_from_slice(b"null");
    }

    /// Begins `{"variant":`.
    fn begin(&mut self, variant: &str) -> Result<(), Unusual> {
        self.0.push(b'{');
        text(self.0, variant)?;
        self.0.push(b':');
        Ok(())
    }

    fn members(self, before: &'static [u8], end: &'static [u8]) -> Members<'a> {
        Members { to: self.0, before, end }
    }
}

impl Members<'_> {
    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Unusual> {
        self.to.extend_from_slice(self.before);
        self.before = b",";
        value.serialize(Quick(self.to))
    }

    fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Unusual> {
        self.to.extend_from_slice(self.before);
        self.before = b",";
        text(self.to, key)?;
        self.to.push(b':');
        value.serialize(Quick(self.to))
    }

    fn finish(self) {
        // Nothing was written before the first: the opening sign is still due.
        let opening = self.before.strip_prefix(b",").unwrap_or(self.before);
        self.to.extend_from_slice(opening);
        self.to.extend_from_slice(self.end);
    }
}

impl<'a> Serializer for Quick<'a> {
    type Ok = ();
    type Error = Unusual;
    type SerializeSeq = Members<'a>;
    type SerializeTuple = Members<'a>;
    type SerializeTupleStruct = Impossible<(), Unusual>;
    type SerializeTupleVariant = Impossible<(), Unusual>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Unusual> {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Unusual> {
        self.number(value);
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Result<(), Unusual> {
        Err(Unusual)
    }

    fn serialize_f64(self, _: f64) -> Result<(), Unusual> {
        Err(Unusual)
    }

    fn serialize_char(self, value: char) -> Result<(), Unusual> {
        text(self.0, value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Unusual> {
        text(self.0, value)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unusual> {
        Err(Unusual)
    }

    fn serialize_none(self) -> Result<(), Unusual> {
        self.null();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unusual> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unusual> {
        self.null();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unusual> {
        self.null();
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unusual> {
        text(self.0, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unusual> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unusual> {
        self.begin(variant)?;
        value.serialize(Quick(self.0))?;
        self.0.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Members<'a>, Unusual> {
        Ok(self.members(b"[", b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Members<'a>, Unusual> {
        Ok(self.members(b"[", b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Impossible<(), Unusual>, Unusual> {
        Err(Unusual)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Unusual>, Unusual> {
        Err(Unusual)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Unusual> {
        Ok(self.members(b"{", b"}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'a>, Unusual> {
        // serde_json has structs of its own that are none.
        if name.starts_with('$') { Err(Unusual) } else { Ok(self.members(b"{", b"}")) }
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Unusual> {
        self.begin(variant)?;
        Ok(self.members(b"{", b"}}"))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Unusual> {
        self.0.push(b'"');
        let begin = self.0.len();
        write!(self.0, "{value}").map_err(|_| Unusual)?;
        if !self.0.get(begin..).is_some_and(is_plain) {
            return Err(Unusual);
        }
        self.0.push(b'"');
        Ok(())
    }
}

impl SerializeSeq for Members<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unusual> {
        self.value(value)
    }

    fn end(self) -> Result<(), Unusual> {
        self.finish();
        Ok(())
    }
}

impl SerializeTuple for Members<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unusual> {
        self.value(value)
    }

    fn end(self) -> Result<(), Unusual> {
        self.finish();
        Ok(())
    }
}

impl SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unusual> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), Unusual> {
        self.finish();
        Ok(())
    }
}

impl SerializeStructVariant for Members<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unusual> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), Unusual> {
        self.finish();
        Ok(())
    }
}

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unusual> {
        let begin = self.to.len().saturating_add(1);
        self.value(key)?;
        // What is no text would stand there without quotes, where serde_json puts some.
        if self.to.get(begin) == Some(&b'"') { Ok(()) } else { Err(Unusual) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unusual> {
        self.to.push(b':');
        value.serialize(Quick(self.to))
    }

    fn end(self) -> Result<(), Unusual> {
        self.finish();
        Ok(())
    }
}

impl fmt::Display for Unusual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("something that no entry is made of")
    }
}

impl std::error::Error for Unusual {}

impl Error for Unusual {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::write;

    #[derive(Debug, Clone, Serialize)]
    enum Every {
        Unit,
        New(String),
        Both(u8, String),
        Named { text: String, list: Vec<Every>, none: Option<bool> },
        Map(BTreeMap<String, i64>),
        Numbered(BTreeMap<u32, (bool, char)>),
        Other(f64, i128),
    }

    /// What is written is what serde_json writes; `true` always, so that it stands in an assertion.
    fn as_serde_json(value: &impl Serialize) -> bool {
        let mut found = b"before".to_vec();
        write(&mut found, value).unwrap();
        let found = String::from_utf8(found).unwrap();
        found.strip_prefix("before").unwrap() == serde_json::to_string(value).unwrap()
    }

    fn every() -> impl Strategy<Value = Every> {
        let text = || prop_oneof![any::<String>(), "[a-z\"\\\\\u{0}-\u{20}\u{7f}编é]{0,20}"];
        let leaf = prop_oneof![
            Just(Every::Unit),
            text().prop_map(Every::New),
            (any::<u8>(), text()).prop_map(|(number, text)| Every::Both(number, text)),
            prop::collection::btree_map(text(), any::<i64>(), 0..4).prop_map(Every::Map),
            prop::collection::btree_map(any::<u32>(), any::<(bool, char)>(), 0..3).prop_map(Every::Numbered),
            (any::<f64>(), any::<i64>()).prop_map(|(one, other)| Every::Other(one, other.into())),
        ];
        leaf.prop_recursive(3, 30, 4, move |inner| {
            let list = prop::collection::vec(inner, 0..4);
            (text(), list, any::<Option<bool>>()).prop_map(|(text, list, none)| Every::Named {
                text,
                list,
                none,
            })
        })
    }

    proptest! {
        #[test]
        fn whatever_it_is_the_bytes_are_those_of_serde_json(value in every()) {
            prop_assert!(as_serde_json(&value));
        }
    }
}
