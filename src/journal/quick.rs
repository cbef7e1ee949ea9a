//! Quick JSON: entries as they are stored, in less than half of serde_json's steps.
//!
//! In full it is what serde_json writes, byte for byte. In brief what says nothing – no value, an empty list – is left out, but
//! for what stands in a request, which is read as strictly as one that comes in; and what is JSON already is copied.
//!
//! It knows what entries are made of: names of fields that stand in the program and need no looking through, short texts,
//! whole numbers. A text in which something must be escaped it leaves to serde_json, and where it finds anything else – a
//! number with a fraction, a key that is no text – the whole value.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{self, Serializer};

/// The field in which everything is written.
const REQUEST: &str = "request";
/// The name of a structure around one text, which is JSON already. Only here it is copied as it stands.
pub(super) const WRITTEN: &str = "bianzhi::written";

/// Writes a value as `serde_json::to_writer` does, behind what is there.
///
/// # Errors
/// As serde_json.
pub(super) fn full(value: &impl Serialize, to: &mut String) -> serde_json::Result<()> {
    let begin = to.len();
    if value.serialize(Quick { to, form: Form::Full }).is_err() {
        to.truncate(begin);
        to.push_str(&serde_json::to_string(value)?);
    }
    Ok(())
}

/// Writes what a value says; `false`, and nothing, if there is something in it that is not written here.
pub(super) fn brief(value: &impl Serialize, to: &mut String) -> bool {
    let begin = to.len();
    let is_known = value.serialize(Quick { to, form: Form::Brief }).is_ok();
    if !is_known {
        to.truncate(begin);
    }
    is_known
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Everything.
    Full,
    /// What says something.
    Brief,
    /// A text that is JSON already.
    Written,
}

struct Quick<'a> {
    to: &'a mut String,
    form: Form,
}

/// What is not written here.
#[derive(Debug)]
struct Unknown;

/// What a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Something,
    /// There is none, or none in it.
    Nothing,
}

/// The members of a list or of a map, and what stands behind them.
struct Members<'a> {
    to: &'a mut String,
    form: Form,
    is_first: bool,
    end: &'static str,
}

impl Quick<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "what every method of a serializer answers")]
    #[inline]
    fn put(self, text: &str) -> Result<Said, Unknown> {
        self.to.push_str(text);
        Ok(Said::Something)
    }

    #[inline]
    fn whole(self, number: impl itoa::Integer) -> Result<Said, Unknown> {
        self.put(itoa::Buffer::new().format(number))
    }
}

impl<'a> Quick<'a> {
    #[inline]
    fn members(self, begin: char, end: &'static str) -> Members<'a> {
        self.to.push(begin);
        Members { to: self.to, form: self.form, is_first: true, end }
    }

    /// The name of a variant, as the only key of a map that goes on.
    #[inline]
    fn variant(self, name: &'static str) -> Self {
        debug_assert!(is_plain(name), "{name}");
        for part in ["{\"", name, "\":"] {
            self.to.push_str(part);
        }
        self
    }
}

/// Whether a text stands in JSON as it is. Looked through eight bytes at a time, the last ones twice if need be.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.last_chunk::<8>() {
        Some(last) => are_plain(*last) && bytes.as_chunks::<8>().0.iter().copied().all(are_plain),
        None => bytes.iter().all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\'),
    }
}

/// Whether none of eight bytes is a control character, a quotation mark or a backslash.
#[inline]
fn are_plain(bytes: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    // The topmost bit of a byte that is below `most` (128 at most) stays, and perhaps that of one before it.
    let below = |word: u64, most: u8| word.wrapping_sub(ONES.wrapping_mul(most.into())) & !word;
    let word = u64::from_le_bytes(bytes);
    let is = |byte: u8| below(word ^ ONES.wrapping_mul(byte.into()), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & TOPS == 0
}

impl<'a> Serializer for Quick<'a> {
    type Ok = Said;
    type Error = Unknown;
    type SerializeSeq = Members<'a>;
    type SerializeTuple = Members<'a>;
    type SerializeTupleStruct = Members<'a>;
    type SerializeTupleVariant = Members<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<Said, Unknown> {
        self.put(if value { "true" } else { "false" })
    }

    #[inline]
    fn serialize_i8(self, value: i8) -> Result<Said, Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_i16(self, value: i16) -> Result<Said, Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_i32(self, value: i32) -> Result<Said, Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result<Said, Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u8(self, value: u8) -> Result<Said, Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u16(self, value: u16) -> Result<Said, Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u32(self, value: u32) -> Result<Said, Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u64(self, value: u64) -> Result<Said, Unknown> {
        self.whole(value)
    }

    fn serialize_f32(self, _: f32) -> Result<Said, Unknown> {
        Err(Unknown)
    }

    fn serialize_f64(self, _: f64) -> Result<Said, Unknown> {
        Err(Unknown)
    }

    fn serialize_char(self, value: char) -> Result<Said, Unknown> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, text: &str) -> Result<Said, Unknown> {
        if self.form == Form::Written {
            return self.put(text);
        }
        if !is_plain(text) {
            return self.put(&serde_json::to_string(text).map_err(|_| Unknown)?);
        }
        self.to.push('"');
        self.to.push_str(text);
        self.to.push('"');
        Ok(Said::Something)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Said, Unknown> {
        Err(Unknown)
    }

    #[inline]
    fn serialize_none(self) -> Result<Said, Unknown> {
        self.serialize_unit().map(|_| Said::Nothing)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Said, Unknown> {
        // An empty list that is there is not the same as none.
        value.serialize(self).map(|_| Said::Something)
    }

    #[inline]
    fn serialize_unit(self) -> Result<Said, Unknown> {
        self.put("null")
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result<Said, Unknown> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Said, Unknown> {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Said, Unknown> {
        let form = if name == WRITTEN { Form::Written } else { self.form };
        value.serialize(Quick { form, ..self })
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Said, Unknown> {
        let Self { to, form } = self.variant(variant);
        value.serialize(Quick { to: &mut *to, form })?;
        Quick { to, form }.put("}")
    }

    #[inline]
    fn serialize_seq(self, _: Option<usize>) -> Result<Members<'a>, Unknown> {
        Ok(self.members('[', "]"))
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Members<'a>, Unknown> {
        Ok(self.members('[', "]"))
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, Unknown> {
        Ok(self.members('[', "]"))
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Unknown> {
        Ok(self.variant(variant).members('[', "]}"))
    }

    #[inline]
    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Unknown> {
        Ok(self.members('{', "}"))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'a>, Unknown> {
        // Values of serde_json's own, which mean something else than they say.
        if name.starts_with('$') { Err(Unknown) } else { Ok(self.members('{', "}")) }
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Unknown> {
        Ok(self.variant(variant).members('{', "}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<Said, Unknown> {
        self.serialize_str(&value.to_string())
    }
}

impl Members<'_> {
    #[inline]
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.to.push(',');
        }
        value.serialize(Quick { to: &mut *self.to, form: self.form }).map(drop)
    }

    /// A field of the program's own: its name needs no looking through.
    #[expect(clippy::inline_always, reason = "a name whose length is known is copied by two instructions")]
    #[inline(always)]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unknown> {
        debug_assert!(is_plain(name), "{name}");
        let begin = self.to.len();
        self.to.push_str(if self.is_first { "\"" } else { ",\"" });
        self.to.push_str(name);
        self.to.push_str("\":");
        let form = if name == REQUEST { Form::Full } else { self.form };
        let said = value.serialize(Quick { to: &mut *self.to, form })?;
        if said == Said::Nothing && self.form == Form::Brief {
            self.to.truncate(begin);
        } else {
            self.is_first = false;
        }
        Ok(())
    }

    /// The end of a list or of a map whose keys are no fields: nothing is in it, or something.
    #[expect(clippy::unnecessary_wraps, reason = "what every method of a serializer answers")]
    #[inline]
    fn finish(self) -> Result<Said, Unknown> {
        self.to.push_str(self.end);
        Ok(if self.is_first { Said::Nothing } else { Said::Something })
    }
}

impl ser::SerializeSeq for Members<'_> {
    type Ok = Said;
    type Error = Unknown;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<Said, Unknown> {
        self.finish()
    }
}

impl ser::SerializeTuple for Members<'_> {
    type Ok = Said;
    type Error = Unknown;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<Said, Unknown> {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Members<'_> {
    type Ok = Said;
    type Error = Unknown;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<Said, Unknown> {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for Members<'_> {
    type Ok = Said;
    type Error = Unknown;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<Said, Unknown> {
        self.finish()
    }
}

impl ser::SerializeMap for Members<'_> {
    type Ok = Said;
    type Error = Unknown;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unknown> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.to.push(',');
        }
        let begin = self.to.len();
        key.serialize(Quick { to: &mut *self.to, form: Form::Full })?;
        if self.to.as_bytes().get(begin) == Some(&b'"') { Ok(()) } else { Err(Unknown) }
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.to.push(':');
        value.serialize(Quick { to: &mut *self.to, form: self.form }).map(drop)
    }

    #[inline]
    fn end(self) -> Result<Said, Unknown> {
        self.finish()
    }
}

impl ser::SerializeStruct for Members<'_> {
    type Ok = Said;
    type Error = Unknown;

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unknown> {
        self.field(name, value)
    }

    #[inline]
    fn end(self) -> Result<Said, Unknown> {
        // It is there even if nothing is left in it.
        self.finish().map(|_| Said::Something)
    }
}

impl ser::SerializeStructVariant for Members<'_> {
    type Ok = Said;
    type Error = Unknown;

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unknown> {
        self.field(name, value)
    }

    #[inline]
    fn end(self) -> Result<Said, Unknown> {
        // It is there even if nothing is left in it.
        self.finish().map(|_| Said::Something)
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not written here")
    }
}

impl std::error::Error for Unknown {}

impl ser::Error for Unknown {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests;
