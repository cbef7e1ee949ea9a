//! Decoding: nodes into the program's own values through serde, with the place of what does not fit.

use std::fmt;
use std::path::Path;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::fields::unknown_field_told;
use super::{Key, Node, Plain, Value, decode_words, nearest, shortened};
use crate::error::{Fault, Phrase, same, told};

/// Decodes a node, or tells the innermost place that does not fit.
pub(super) fn decode<'a, T: de::Deserialize<'a>>(file: &Path, node: &'a Node) -> Result<T, Fault> {
    T::deserialize(Reader::new(node)).map_err(|misfit| misfit.at(node.line, node.column).into_fault(file))
}

/// Decodes an externally tagged enum from the key that is its tag and the node that is its content.
pub(super) fn decode_tagged<'a, T: de::Deserialize<'a>>(
    file: &Path,
    key: &'a Key,
    node: &'a Node,
) -> Result<T, Fault> {
    T::deserialize(TaggedReader { key, node })
        .map_err(|misfit| misfit.at(node.line, node.column).into_fault(file))
}

/// What does not fit, and where once that is known: the innermost node on the way out fills it in.
#[derive(Debug)]
pub(super) struct Misfit {
    place: Option<(u32, u32)>,
    told: Phrase,
}

impl Misfit {
    fn new(told: Phrase) -> Self {
        Self { place: None, told }
    }

    fn at(mut self, line: u32, column: u32) -> Self {
        self.place.get_or_insert((line, column));
        self
    }

    fn into_fault(self, file: &Path) -> Fault {
        let (line, column) = self.place.unwrap_or((0, 0));
        Fault::told(file, line, column, self.told)
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.told.en())
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let en = message.to_string();
        Self::new(Phrase::both(decode_words::said(&en), en))
    }

    fn invalid_type(found: Unexpected<'_>, needed: &dyn Expected) -> Self {
        let (found, needed) = (in_our_words(found), needed.to_string());
        let needed = Phrase::both(decode_words::needed(&needed), needed);
        Self::new(told!("此处是{found}，应为{needed}", "found {found}, needed is {needed}"; found, needed))
    }

    fn invalid_value(found: Unexpected<'_>, needed: &dyn Expected) -> Self {
        Self::invalid_type(found, needed)
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        let word = shortened(word);
        let hint = Phrase::hint_or(nearest(&word, known.iter().copied()), known);
        Self::new(told!("不认识的词 `{word}`{hint}", "unknown word `{word}`{hint}"; hint))
    }

    fn unknown_field(word: &str, known: &'static [&'static str]) -> Self {
        let message = unknown_field_told(word, known.iter().copied());
        Self::new(Phrase::both(message.zh, message.en))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(told!("缺少字段 `{field}`", "missing field `{field}`"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(told!("字段 `{field}` 写了两次", "field `{field}` stands twice"))
    }
}

fn in_our_words(found: Unexpected<'_>) -> Phrase {
    let quoted = |text: String| told!(" `{text}`", "`{text}`");
    match found {
        Unexpected::Unit | Unexpected::Option => Phrase::both("空值", "nothing"),
        Unexpected::Seq => Phrase::both("清单", "a list"),
        Unexpected::Map => Phrase::both("一组字段", "a map"),
        Unexpected::Bool(yes) => quoted(yes.to_string()),
        Unexpected::Signed(number) => quoted(number.to_string()),
        Unexpected::Unsigned(number) => quoted(number.to_string()),
        Unexpected::Str(text) => quoted(shortened(text)),
        Unexpected::Float(_)
        | Unexpected::Char(_)
        | Unexpected::Bytes(_)
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant
        | Unexpected::Other(_) => same(found),
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
struct Reader<'a> {
    node: &'a Node,
    /// Whether a single value may stand for a list of one (`via: office`).
    one_is_list: bool,
}

impl<'a> Reader<'a> {
    fn new(node: &'a Node) -> Self {
        Self { node, one_is_list: false }
    }

    fn under(key: &Key, node: &'a Node) -> Self {
        Self { node, one_is_list: key.text == "via" }
    }

    fn misfit(self, needed: &str) -> Misfit {
        let (found, needed) = (self.node.found_in_both(), Phrase::both(decode_words::needed(needed), needed));
        Misfit::new(told!("此处是{found}，应为{needed}", "found {found}, {needed} is needed"; found, needed))
            .at(self.node.line, self.node.column)
    }

    fn placed<T>(self, result: Result<T, Misfit>) -> Result<T, Misfit> {
        result.map_err(|misfit| misfit.at(self.node.line, self.node.column))
    }

    fn whole(self) -> Result<i64, Misfit> {
        self.node.whole().ok_or_else(|| self.misfit("a whole number"))
    }

    fn text(self) -> Result<&'a str, Misfit> {
        match self.node.text() {
            Some(text) if !self.node.is_null() => Ok(text),
            Some(_) | None => Err(self.misfit("a text")),
        }
    }
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $type:ty)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            let number = self.whole()?;
            match <$type>::try_from(number) {
                Ok(number) => self.placed(visitor.$visit(number)),
                Err(_) if number < 0 => Err(self.misfit("a whole number of 0 or more")),
                Err(_) => Err(self.misfit("a smaller number")),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let (text, plain) = match &self.node.value {
            Value::Scalar { text, plain } => (text, *plain),
            Value::List(_) => return self.deserialize_seq(visitor),
            Value::Map(_) => return self.deserialize_map(visitor),
        };
        if !plain {
            return self.placed(visitor.visit_borrowed_str(text));
        }
        self.placed(match Plain::resolve(text) {
            Plain::Null => visitor.visit_unit(),
            Plain::YesNo(yes) => visitor.visit_bool(yes),
            Plain::Whole(number) => visitor.visit_i64(number),
            Plain::Decimal(number) => visitor.visit_map(ExactDecimal(Some(number.normalize().to_string()))),
            Plain::TooLong => {
                let text = shortened(text);
                Err(Misfit::new(told!(
                    "`{text}` 位数太多，无法精确记录",
                    "`{text}` has too many digits to be kept exactly"
                )))
            }
            Plain::Text => visitor.visit_borrowed_str(text),
        })
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.node.value {
            Value::Scalar { text, plain: true } => match Plain::resolve(text) {
                Plain::YesNo(yes) => self.placed(visitor.visit_bool(yes)),
                Plain::Null | Plain::Whole(_) | Plain::Decimal(_) | Plain::TooLong | Plain::Text => {
                    Err(self.misfit("`true` or `false`"))
                }
            },
            Value::Scalar { .. } | Value::List(_) | Value::Map(_) => Err(self.misfit("`true` or `false`")),
        }
    }

    whole_numbers! {
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
    }

    /// There are no floats in the books; an exact decimal is read through `deserialize_any`.
    fn deserialize_f32<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
        Err(self.misfit("an exact number"))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
        Err(self.misfit("an exact number"))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let text = self.text()?;
        self.placed(visitor.visit_borrowed_str(text).map_err(|misfit| said_plainly(misfit, text)))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
        Err(self.misfit("a text"))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
        Err(self.misfit("a text"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.node.is_null() { visitor.visit_none() } else { self.placed(visitor.visit_some(self)) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.node.is_null() { self.placed(visitor.visit_unit()) } else { Err(self.misfit("nothing")) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.placed(visitor.visit_newtype_struct(self))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let items = match &self.node.value {
            Value::List(items) => items.as_slice(),
            Value::Scalar { .. } if self.one_is_list && !self.node.is_null() => {
                std::slice::from_ref(self.node)
            }
            Value::Scalar { .. } | Value::Map(_) => return Err(self.misfit("a list")),
        };
        self.placed(visitor.visit_seq(Items(items.iter())))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.node.value {
            Value::Map(entries) => {
                self.placed(visitor.visit_map(Entries { left: entries.iter(), value: None }))
            }
            Value::Scalar { .. } | Value::List(_) => Err(self.misfit("a map of fields")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match &self.node.value {
            Value::Map(entries) => match entries.as_slice() {
                [(key, node)] => TaggedReader { key, node }.deserialize_enum(name, words, visitor),
                _ => Err(self.misfit("a map with one entry")),
            },
            Value::Scalar { .. } => {
                let text: StrDeserializer<'_, Misfit> = self.text()?.into_deserializer();
                self.placed(visitor.visit_enum(text))
            }
            Value::List(_) => Err(self.misfit("a word or a map with one entry")),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }
}

/// A date that does not parse is told in our words, not in the date library's.
fn said_plainly(misfit: Misfit, text: &str) -> Misfit {
    if misfit.place.is_none()
        && super::date(text).is_none()
        && text.parse::<crate::model::Date>().is_err_and(|error| error.to_string() == misfit.told.en())
    {
        let text = shortened(text);
        return Misfit::new(told!(
            "`{text}` 不是日期；请写成 2024-01-31",
            "`{text}` is not a date; write it like 2024-01-31"
        ));
    }
    misfit
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some(node) = self.0.next() else { return Ok(None) };
        let reader = Reader::new(node);
        reader.placed(seed.deserialize(reader)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'a> {
    left: std::slice::Iter<'a, (Key, Node)>,
    value: Option<&'a (Key, Node)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let Some(entry) = self.left.next() else { return Ok(None) };
        self.value = Some(entry);
        let key = &entry.0;
        let text: de::value::BorrowedStrDeserializer<'de, Misfit> =
            de::value::BorrowedStrDeserializer::new(&key.text);
        seed.deserialize(text).map(Some).map_err(|misfit| misfit.at(key.line, key.column))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let (key, node) = self
            .value
            .take()
            .ok_or_else(|| Misfit::new(Phrase::both("有值而没有字段名", "a value without a key")))?;
        let reader = Reader::under(key, node);
        reader.placed(seed.deserialize(reader))
    }
}

/// A key and its value as an enum's tag and content.
struct TaggedReader<'a> {
    key: &'a Key,
    node: &'a Node,
}

impl<'de> Deserializer<'de> for TaggedReader<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for TaggedReader<'de> {
    type Error = Misfit;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'de>), Misfit> {
        let word: StrDeserializer<'_, Misfit> = self.key.text.as_str().into_deserializer();
        let tag = seed.deserialize(word).map_err(|misfit| misfit.at(self.key.line, self.key.column))?;
        Ok((tag, Content(Reader::new(self.node))))
    }
}

struct Content<'a>(Reader<'a>);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        if self.0.node.is_null() { Ok(()) } else { Err(self.0.misfit("nothing")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misfit> {
        self.0.placed(seed.deserialize(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.0.deserialize_map(visitor)
    }
}

/// A number with a fraction as the map `{decimal: "0.2"}`: the one form in which serde can carry it exactly.
struct ExactDecimal(Option<String>);

impl<'de> MapAccess<'de> for ExactDecimal {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        if self.0.is_none() {
            return Ok(None);
        }
        let key: StrDeserializer<'_, Misfit> = "decimal".into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let number = self
            .0
            .take()
            .ok_or_else(|| Misfit::new(Phrase::both("有值而没有字段名", "a value without a key")))?;
        let number: de::value::StringDeserializer<Misfit> = number.into_deserializer();
        seed.deserialize(number)
    }
}
