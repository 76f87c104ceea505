//! What a page's SEO wants looked at: stable codes, never a failure (spec/seo.md §5.3).

use serde::Serialize;
use utoipa::ToSchema;

/// Something worth a look; the page is served all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoWarning)]
pub struct Warning {
    /// What it is.
    pub code: Code,
    /// The field it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The stable code of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeoWarningCode)]
pub enum Code {
    /// No public origin is known, so no absolute URL can be given.
    MissingBaseUrl,
    /// Neither a description nor anything to make one from.
    DescriptionMissing,
    /// No image of its own and none of the site.
    OgImageMissing,
    /// An image that social networks reject or flatten (SVG, GIF).
    OgImageFormat,
    /// A stored image does not exist.
    AssetMissing,
    /// The canonical entry does not exist, is not public here or has no URL.
    CanonicalTargetMissing,
    /// The external canonical URL is not an absolute one.
    CanonicalNotAbsolute,
    /// Two sites have the same language code; the first one is listed.
    HreflangDuplicate,
    /// A JSON-LD field does not hold JSON.
    JsonLdInvalid,
    /// A template tag that is not understood here was left out.
    AntlersUnsupported,
    /// A value that the addon does not know.
    UnknownValue,
    /// A number was expected.
    InvalidNumber,
    /// The pattern of a redirect does not compile.
    RedirectRegexInvalid,
    /// The target of a redirect does not exist or has no URL.
    RedirectTargetMissing,
    /// A redirect leads to itself.
    RedirectToItself,
    /// The SEO addon could not be told for certain.
    DialectAmbiguous,
    /// The title is longer than 70 characters.
    TitleTooLong,
    /// The description is longer than 160 characters.
    DescriptionTooLong,
}

impl Warning {
    /// A warning with nothing to add.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            field: None,
            detail: None,
        }
    }

    /// A warning about a field.
    #[must_use]
    pub fn on(code: Code, field: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(code)
        }
    }

    /// The same with what was found.
    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }
}
