//! The tables behind dictionary fields: countries (ISO 3166-1, UN M49 regions) and currencies (ISO 4217).

pub mod countries;
pub mod currencies;

/// One country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// Three letters: the key.
    pub iso3: &'static str,
    /// Two letters.
    pub iso2: &'static str,
    /// In English.
    pub name: &'static str,
    /// Continent.
    pub region: &'static str,
    /// Part of the continent.
    pub subregion: &'static str,
}

impl Country {
    /// The flag: the two letters as regional indicators.
    #[must_use]
    pub fn emoji(&self) -> String {
        const A: u32 = '🇦' as u32;
        self.iso2
            .bytes()
            .filter_map(|letter| char::from_u32(A + u32::from(letter - b'A')))
            .collect()
    }
}

/// One currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    /// Three letters: the key.
    pub code: &'static str,
    /// In English.
    pub name: &'static str,
    /// As prices show it.
    pub symbol: &'static str,
    /// Digits behind the point.
    pub decimals: u8,
}

/// All countries by key.
pub fn countries() -> impl Iterator<Item = Country> {
    rows::<5>(countries::TABLE).map(|[iso3, iso2, name, region, subregion]| Country {
        iso3,
        iso2,
        name,
        region,
        subregion,
    })
}

/// All currencies by key.
pub fn currencies() -> impl Iterator<Item = Currency> {
    rows::<4>(currencies::TABLE).filter_map(|[code, name, symbol, decimals]| {
        Some(Currency {
            code,
            name,
            symbol,
            decimals: decimals.parse().ok()?,
        })
    })
}

fn rows<const COLUMNS: usize>(
    table: &'static str,
) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    table
        .lines()
        .filter_map(|line| line.split('|').collect::<Vec<_>>().try_into().ok())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_has_all_columns_and_a_key_of_its_own() {
        let countries: BTreeSet<_> = countries().map(|country| country.iso3).collect();
        let currencies: BTreeSet<_> = currencies().map(|currency| currency.code).collect();
        assert_eq!(countries.len(), super::countries::TABLE.lines().count());
        assert_eq!(currencies.len(), super::currencies::TABLE.lines().count());
    }

    #[test]
    fn a_flag_is_made_of_the_two_letters() {
        let flag = countries()
            .find(|country| country.iso3 == "NLD")
            .map(|country| country.emoji());
        assert_eq!(flag.as_deref(), Some("🇳🇱"));
    }
}
