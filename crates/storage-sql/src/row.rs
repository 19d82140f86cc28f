//! A row as it comes back, read from left to right.

use domain::Timestamp;
use storage::StoreError;
use uuid::Uuid;

/// One stored value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Id(Uuid),
}

/// The rest of a row.
pub(crate) struct Row(std::vec::IntoIter<Cell>);

type Result<T> = std::result::Result<T, StoreError>;

/// Says which kind of thing could not be read; never the data.
pub(crate) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}

impl Row {
    pub fn new(cells: Vec<Cell>) -> Self {
        Self(cells.into_iter())
    }
    fn next(&mut self) -> Result<Cell> {
        self.0.next().ok_or_else(|| corrupt("a column is missing"))
    }
    pub fn int_opt(&mut self) -> Result<Option<i64>> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(value)),
            _ => Err(corrupt("expected a number")),
        }
    }
    pub fn int(&mut self) -> Result<i64> {
        self.int_opt()?.ok_or_else(|| corrupt("a number is missing"))
    }
    /// A number that fits a smaller type.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T> {
        T::try_from(self.int()?).map_err(|_| corrupt("a number is out of range"))
    }
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }
    pub fn time(&mut self) -> Result<Timestamp> {
        self.int().map(Timestamp)
    }
    pub fn time_opt(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.int_opt()?.map(Timestamp))
    }
    pub fn text_opt(&mut self) -> Result<Option<String>> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Text(value) => Ok(Some(value)),
            _ => Err(corrupt("expected text")),
        }
    }
    pub fn text(&mut self) -> Result<String> {
        self.text_opt()?.ok_or_else(|| corrupt("a text is missing"))
    }
    /// A text that must parse.
    pub fn word<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| corrupt("unknown word in a column"))
    }
    pub fn bytes_opt(&mut self) -> Result<Option<Vec<u8>>> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Bytes(value) => Ok(Some(value)),
            _ => Err(corrupt("expected bytes")),
        }
    }
    pub fn bytes(&mut self) -> Result<Vec<u8>> {
        self.bytes_opt()?.ok_or_else(|| corrupt("bytes are missing"))
    }
    pub fn array_opt<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        let array = |bytes: Vec<u8>| <[u8; N]>::try_from(bytes).map_err(|_| corrupt("bytes of the wrong length"));
        self.bytes_opt()?.map(array).transpose()
    }
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.array_opt()?.ok_or_else(|| corrupt("bytes are missing"))
    }
    pub fn uuid_opt(&mut self) -> Result<Option<Uuid>> {
        match self.next()? {
            Cell::Null => Ok(None),
            Cell::Id(id) => Ok(Some(id)),
            Cell::Bytes(bytes) => Uuid::from_slice(&bytes).map(Some).map_err(|_| corrupt("an id of the wrong length")),
            _ => Err(corrupt("expected an id")),
        }
    }
    /// An id of the wanted type.
    pub fn id<T>(&mut self, make: impl FnOnce(Uuid) -> T) -> Result<T> {
        self.uuid_opt()?.map(make).ok_or_else(|| corrupt("an id is missing"))
    }
    pub fn id_opt<T>(&mut self, make: impl FnOnce(Uuid) -> T) -> Result<Option<T>> {
        Ok(self.uuid_opt()?.map(make))
    }
    /// A text that must parse, when it is there.
    pub fn word_opt<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
        let read = |text: String| parse(&text).ok_or_else(|| corrupt("unknown word in a column"));
        self.text_opt()?.map(read).transpose()
    }
    /// JSON in a text column that must be there.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        self.json_opt()?.ok_or_else(|| corrupt("JSON is missing"))
    }
    /// JSON in a text column.
    pub fn json_opt<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>> {
        let read = |text: String| serde_json::from_str(&text).map_err(|_| corrupt("JSON of another shape"));
        self.text_opt()?.map(read).transpose()
    }
}
