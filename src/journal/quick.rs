//! Quick JSON: what serde_json writes of an entry, byte for byte, in less than half of its steps.
//!
//! It knows what entries are made of: names of fields that stand in the program and need no looking through, short texts,
//! whole numbers. A text in which something must be escaped it leaves to serde_json, and where it finds anything else – a
//! number with a fraction, a key that is no text – the whole value.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{self, Serializer};

/// Writes a value as `serde_json::to_writer` does, behind what is there.
///
/// # Errors
/// As serde_json.
pub(super) fn write(value: &impl Serialize, to: &mut Vec<u8>) -> serde_json::Result<()> {
    let begin = to.len();
    value.serialize(Quick(to)).or_else(|Unknown| {
        to.truncate(begin);
        serde_json::to_writer(to, value)
    })
}

struct Quick<'a>(&'a mut Vec<u8>);

/// What is not written here.
#[derive(Debug)]
struct Unknown;

/// The members of a list or of a map, and what stands behind them.
struct Members<'a> {
    to: &'a mut Vec<u8>,
    is_first: bool,
    end: &'static [u8],
}

impl Quick<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "what every method of a serializer answers")]
    #[inline]
    fn put(self, text: &[u8]) -> Result<(), Unknown> {
        self.0.extend_from_slice(text);
        Ok(())
    }

    #[inline]
    fn whole(self, number: impl itoa::Integer) -> Result<(), Unknown> {
        self.put(itoa::Buffer::new().format(number).as_bytes())
    }
}

impl<'a> Quick<'a> {
    #[inline]
    fn members(self, begin: u8, end: &'static [u8]) -> Members<'a> {
        self.0.push(begin);
        Members { to: self.0, is_first: true, end }
    }

    /// The name of a variant, as the only key of a map that goes on.
    #[inline]
    fn variant(self, name: &'static str) -> Self {
        debug_assert!(is_plain(name), "{name}");
        let begins = [b"{\"", name.as_bytes(), b"\":"];
        for part in begins {
            self.0.extend_from_slice(part);
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
    type Ok = ();
    type Error = Unknown;
    type SerializeSeq = Members<'a>;
    type SerializeTuple = Members<'a>;
    type SerializeTupleStruct = Members<'a>;
    type SerializeTupleVariant = Members<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Unknown> {
        self.put(if value { b"true" } else { b"false" })
    }

    #[inline]
    fn serialize_i8(self, value: i8) -> Result<(), Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_i16(self, value: i16) -> Result<(), Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_i32(self, value: i32) -> Result<(), Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_i64(self, value: i64) -> Result<(), Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u8(self, value: u8) -> Result<(), Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u16(self, value: u16) -> Result<(), Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u32(self, value: u32) -> Result<(), Unknown> {
        self.whole(value)
    }

    #[inline]
    fn serialize_u64(self, value: u64) -> Result<(), Unknown> {
        self.whole(value)
    }

    fn serialize_f32(self, _: f32) -> Result<(), Unknown> {
        Err(Unknown)
    }

    fn serialize_f64(self, _: f64) -> Result<(), Unknown> {
        Err(Unknown)
    }

    fn serialize_char(self, value: char) -> Result<(), Unknown> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, text: &str) -> Result<(), Unknown> {
        if !is_plain(text) {
            return serde_json::to_writer(self.0, text).map_err(|_| Unknown);
        }
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unknown> {
        Err(Unknown)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Unknown> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unknown> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Unknown> {
        self.put(b"null")
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unknown> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unknown> {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unknown> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unknown> {
        let inner = self.variant(variant);
        value.serialize(Quick(&mut *inner.0))?;
        inner.put(b"}")
    }

    #[inline]
    fn serialize_seq(self, _: Option<usize>) -> Result<Members<'a>, Unknown> {
        Ok(self.members(b'[', b"]"))
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Members<'a>, Unknown> {
        Ok(self.members(b'[', b"]"))
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, Unknown> {
        Ok(self.members(b'[', b"]"))
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Unknown> {
        Ok(self.variant(variant).members(b'[', b"]}"))
    }

    #[inline]
    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Unknown> {
        Ok(self.members(b'{', b"}"))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'a>, Unknown> {
        // Values of serde_json's own, which mean something else than they say.
        if name.starts_with('$') { Err(Unknown) } else { Ok(self.members(b'{', b"}")) }
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Unknown> {
        Ok(self.variant(variant).members(b'{', b"}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Unknown> {
        self.serialize_str(&value.to_string())
    }
}

impl Members<'_> {
    #[inline]
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.to.push(b',');
        }
        value.serialize(Quick(&mut *self.to))
    }

    /// A field of the program's own: its name needs no looking through.
    #[expect(clippy::inline_always, reason = "a name whose length is known is copied by two instructions")]
    #[inline(always)]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unknown> {
        debug_assert!(is_plain(name), "{name}");
        let begins: &[u8] = if std::mem::replace(&mut self.is_first, false) { b"\"" } else { b",\"" };
        self.to.extend_from_slice(begins);
        self.to.extend_from_slice(name.as_bytes());
        self.to.extend_from_slice(b"\":");
        value.serialize(Quick(&mut *self.to))
    }

    #[expect(clippy::unnecessary_wraps, reason = "what every method of a serializer answers")]
    #[inline]
    fn finish(self) -> Result<(), Unknown> {
        self.to.extend_from_slice(self.end);
        Ok(())
    }
}

impl ser::SerializeSeq for Members<'_> {
    type Ok = ();
    type Error = Unknown;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<(), Unknown> {
        self.finish()
    }
}

impl ser::SerializeTuple for Members<'_> {
    type Ok = ();
    type Error = Unknown;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<(), Unknown> {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Members<'_> {
    type Ok = ();
    type Error = Unknown;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<(), Unknown> {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for Members<'_> {
    type Ok = ();
    type Error = Unknown;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<(), Unknown> {
        self.finish()
    }
}

impl ser::SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Unknown;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unknown> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.to.push(b',');
        }
        let begin = self.to.len();
        key.serialize(Quick(&mut *self.to))?;
        if self.to.get(begin) == Some(&b'"') { Ok(()) } else { Err(Unknown) }
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.to.push(b':');
        value.serialize(Quick(&mut *self.to))
    }

    #[inline]
    fn end(self) -> Result<(), Unknown> {
        self.finish()
    }
}

impl ser::SerializeStruct for Members<'_> {
    type Ok = ();
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
    fn end(self) -> Result<(), Unknown> {
        self.finish()
    }
}

impl ser::SerializeStructVariant for Members<'_> {
    type Ok = ();
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
    fn end(self) -> Result<(), Unknown> {
        self.finish()
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
