//! Values: what a leaf can be, and how a node of a layer stores it.

/// What a node of a layer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// `None`; a barrier to what lies below.
    Null,
    /// A truth value.
    Bool,
    /// An integer of at most 64 bits.
    Int,
    /// An integer beyond 64 bits, kept as its canonical decimal digits.
    BigInt,
    /// A double.
    Float,
    /// Text.
    Str,
    /// Bytes.
    Bytes,
    /// A date and time, with or without an offset.
    DateTime,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// An object of the host language that is never looked into.
    Opaque,
    /// A list; its items follow as children without names.
    List,
    /// A mapping; its children follow.
    Mapping,
    /// The operator that makes a path absent.
    Delete,
    /// The operator that hides what lies below; its value follows as the only child.
    Replace,
    /// The operator that adds after the list below; its list follows as the only child.
    Append,
    /// The operator that adds before the list below; its list follows as the only child.
    Prepend,
}

impl Kind {
    /// The word that messages use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int | Self::BigInt => "int",
            Self::Float => "float",
            Self::Str => "str",
            Self::Bytes => "bytes",
            Self::DateTime => "datetime",
            Self::Date => "date",
            Self::Time => "time",
            Self::Opaque => "object",
            Self::List => "list",
            Self::Mapping => "mapping",
            Self::Delete => "delete",
            Self::Replace => "replace",
            Self::Append => "append",
            Self::Prepend => "prepend",
        }
    }

    /// Whether the node is a value without parts, and no null.
    pub const fn is_simple(self) -> bool {
        !matches!(self, Self::Null | Self::List | Self::Mapping) && !self.is_operator()
    }

    /// Whether the node is a value that hides every other value below it and merges with none; they stand together.
    pub const fn is_whole(self) -> bool {
        self as u8 > Self::Null as u8 && (self as u8) < Self::Mapping as u8
    }

    /// Whether the node is a whole value or null: what merges with nothing, and is no operator.
    pub const fn is_value(self) -> bool {
        self.is_whole() || matches!(self, Self::Null)
    }

    /// Whether the node is an operator; they stand last.
    pub const fn is_operator(self) -> bool {
        self as u8 >= Self::Delete as u8
    }
}

/// A calendar date, proleptic Gregorian, years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A time of day, with an offset from UTC or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999.
    pub microsecond: u32,
    /// Microseconds east of UTC, less than a day either way; `None` without an offset.
    pub offset: Option<i64>,
    /// The second of two readings where clocks are put back (`datetime.fold`).
    pub fold: bool,
}

/// A scalar on its way into or out of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `None`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of at most 64 bits.
    Int(i64),
    /// Canonical decimal digits (a leading `-` allowed, no `+`, no leading zeros) of an integer beyond 64 bits.
    BigInt(&'a str),
    /// A double.
    Float(f64),
    /// Text.
    Str(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A date and time.
    DateTime(Date, Time),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A handle that the host made: equal handles are the same object.
    Opaque(u64),
}

impl Scalar<'_> {
    /// The kind of node that stores this scalar.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::BigInt(_) => Kind::BigInt,
            Self::Float(_) => Kind::Float,
            Self::Str(_) => Kind::Str,
            Self::Bytes(_) => Kind::Bytes,
            Self::DateTime(..) => Kind::DateTime,
            Self::Date(_) => Kind::Date,
            Self::Time(_) => Kind::Time,
            Self::Opaque(_) => Kind::Opaque,
        }
    }
}

impl Date {
    pub(crate) const fn pack(self) -> u64 {
        (self.year as u64) << 16 | (self.month as u64) << 8 | self.day as u64
    }

    pub(crate) const fn unpack(packed: u64) -> Self {
        Self { year: (packed >> 16) as u16, month: (packed >> 8) as u8, day: packed as u8 }
    }
}

impl Time {
    /// Bytes that [`Self::pack`] makes.
    pub(crate) const PACKED: usize = 17;

    pub(crate) fn pack(self) -> [u8; Self::PACKED] {
        let mut packed = [0; Self::PACKED];
        packed[0] = self.hour;
        packed[1] = self.minute;
        packed[2] = self.second;
        packed[3..7].copy_from_slice(&self.microsecond.to_le_bytes());
        packed[7] = u8::from(self.fold);
        packed[8] = u8::from(self.offset.is_some());
        packed[9..17].copy_from_slice(&self.offset.unwrap_or(0).to_le_bytes());
        packed
    }

    pub(crate) fn unpack(packed: &[u8]) -> Self {
        let mut micro = [0; 4];
        micro.copy_from_slice(&packed[3..7]);
        let mut offset = [0; 8];
        offset.copy_from_slice(&packed[9..17]);
        Self {
            hour: packed[0],
            minute: packed[1],
            second: packed[2],
            microsecond: u32::from_le_bytes(micro),
            fold: packed[7] != 0,
            offset: (packed[8] != 0).then(|| i64::from_le_bytes(offset)),
        }
    }
}
