//! Countries by their ISO 3166-1 codes, with the regions of UN M49.

/// One per line: three letters, two letters, name, region, subregion.
pub const TABLE: &str = r"ABW|AW|Aruba|Americas|Caribbean
AFG|AF|Afghanistan|Asia|Southern Asia
AGO|AO|Angola|Africa|Middle Africa
AIA|AI|Anguilla|Americas|Caribbean
ALA|AX|Aland Islands|Europe|Northern Europe
ALB|AL|Albania|Europe|Southern Europe
AND|AD|Andorra|Europe|Southern Europe
ARE|AE|United Arab Emirates|Asia|Western Asia
ARG|AR|Argentina|Americas|South America
ARM|AM|Armenia|Asia|Western Asia
ASM|AS|American Samoa|Oceania|Polynesia
ATA|AQ|Antarctica|Polar|
ATF|TF|French Southern Territories|Africa|Eastern Africa
ATG|AG|Antigua and Barbuda|Americas|Caribbean
AUS|AU|Australia|Oceania|Australia and New Zealand
AUT|AT|Austria|Europe|Western Europe
AZE|AZ|Azerbaijan|Asia|Western Asia
BDI|BI|Burundi|Africa|Eastern Africa
BEL|BE|Belgium|Europe|Western Europe
BEN|BJ|Benin|Africa|Western Africa
BES|BQ|Bonaire, Sint Eustatius and Saba|Americas|Caribbean
BFA|BF|Burkina Faso|Africa|Western Africa
BGD|BD|Bangladesh|Asia|Southern Asia
BGR|BG|Bulgaria|Europe|Eastern Europe
BHR|BH|Bahrain|Asia|Western Asia
BHS|BS|The Bahamas|Americas|Caribbean
BIH|BA|Bosnia and Herzegovina|Europe|Southern Europe
BLM|BL|Saint-Barthelemy|Americas|Caribbean
BLR|BY|Belarus|Europe|Eastern Europe
BLZ|BZ|Belize|Americas|Central America
BMU|BM|Bermuda|Americas|Northern America
BOL|BO|Bolivia|Americas|South America
BRA|BR|Brazil|Americas|South America
BRB|BB|Barbados|Americas|Caribbean
BRN|BN|Brunei|Asia|South-Eastern Asia
BTN|BT|Bhutan|Asia|Southern Asia
BVT|BV|Bouvet Island|Americas|South America
BWA|BW|Botswana|Africa|Southern Africa
CAF|CF|Central African Republic|Africa|Middle Africa
CAN|CA|Canada|Americas|Northern America
CCK|CC|Cocos (Keeling) Islands|Oceania|Australia and New Zealand
CHE|CH|Switzerland|Europe|Western Europe
CHL|CL|Chile|Americas|South America
CHN|CN|China|Asia|Eastern Asia
CIV|CI|Cote D'Ivoire (Ivory Coast)|Africa|Western Africa
CMR|CM|Cameroon|Africa|Middle Africa
COD|CD|Democratic Republic of the Congo|Africa|Middle Africa
COG|CG|Congo|Africa|Middle Africa
COK|CK|Cook Islands|Oceania|Polynesia
COL|CO|Colombia|Americas|South America
COM|KM|Comoros|Africa|Eastern Africa
CPV|CV|Cape Verde|Africa|Western Africa
CRI|CR|Costa Rica|Americas|Central America
CUB|CU|Cuba|Americas|Caribbean
CUW|CW|Curacao|Americas|Caribbean
CXR|CX|Christmas Island|Oceania|Australia and New Zealand
CYM|KY|Cayman Islands|Americas|Caribbean
CYP|CY|Cyprus|Asia|Western Asia
CZE|CZ|Czech Republic|Europe|Eastern Europe
DEU|DE|Germany|Europe|Western Europe
DJI|DJ|Djibouti|Africa|Eastern Africa
DMA|DM|Dominica|Americas|Caribbean
DNK|DK|Denmark|Europe|Northern Europe
DOM|DO|Dominican Republic|Americas|Caribbean
DZA|DZ|Algeria|Africa|Northern Africa
ECU|EC|Ecuador|Americas|South America
EGY|EG|Egypt|Africa|Northern Africa
ERI|ER|Eritrea|Africa|Eastern Africa
ESH|EH|Western Sahara|Africa|Northern Africa
ESP|ES|Spain|Europe|Southern Europe
EST|EE|Estonia|Europe|Northern Europe
ETH|ET|Ethiopia|Africa|Eastern Africa
FIN|FI|Finland|Europe|Northern Europe
FJI|FJ|Fiji Islands|Oceania|Melanesia
FLK|FK|Falkland Islands|Americas|South America
FRA|FR|France|Europe|Western Europe
FRO|FO|Faroe Islands|Europe|Northern Europe
FSM|FM|Micronesia|Oceania|Micronesia
GAB|GA|Gabon|Africa|Middle Africa
GBR|GB|United Kingdom|Europe|Northern Europe
GEO|GE|Georgia|Asia|Western Asia
GGY|GG|Guernsey|Europe|Northern Europe
GHA|GH|Ghana|Africa|Western Africa
GIB|GI|Gibraltar|Europe|Southern Europe
GIN|GN|Guinea|Africa|Western Africa
GLP|GP|Guadeloupe|Americas|Caribbean
GMB|GM|The Gambia|Africa|Western Africa
GNB|GW|Guinea-Bissau|Africa|Western Africa
GNQ|GQ|Equatorial Guinea|Africa|Middle Africa
GRC|GR|Greece|Europe|Southern Europe
GRD|GD|Grenada|Americas|Caribbean
GRL|GL|Greenland|Americas|Northern America
GTM|GT|Guatemala|Americas|Central America
GUF|GF|French Guiana|Americas|South America
GUM|GU|Guam|Oceania|Micronesia
GUY|GY|Guyana|Americas|South America
HKG|HK|Hong Kong S.A.R.|Asia|Eastern Asia
HMD|HM|Heard Island and McDonald Islands|Oceania|Australia and New Zealand
HND|HN|Honduras|Americas|Central America
HRV|HR|Croatia|Europe|Southern Europe
HTI|HT|Haiti|Americas|Caribbean
HUN|HU|Hungary|Europe|Eastern Europe
IDN|ID|Indonesia|Asia|South-Eastern Asia
IMN|IM|Man (Isle of)|Europe|Northern Europe
IND|IN|India|Asia|Southern Asia
IOT|IO|British Indian Ocean Territory|Africa|Eastern Africa
IRL|IE|Ireland|Europe|Northern Europe
IRN|IR|Iran|Asia|Southern Asia
IRQ|IQ|Iraq|Asia|Western Asia
ISL|IS|Iceland|Europe|Northern Europe
ISR|IL|Israel|Asia|Western Asia
ITA|IT|Italy|Europe|Southern Europe
JAM|JM|Jamaica|Americas|Caribbean
JEY|JE|Jersey|Europe|Northern Europe
JOR|JO|Jordan|Asia|Western Asia
JPN|JP|Japan|Asia|Eastern Asia
KAZ|KZ|Kazakhstan|Asia|Central Asia
KEN|KE|Kenya|Africa|Eastern Africa
KGZ|KG|Kyrgyzstan|Asia|Central Asia
KHM|KH|Cambodia|Asia|South-Eastern Asia
KIR|KI|Kiribati|Oceania|Micronesia
KNA|KN|Saint Kitts and Nevis|Americas|Caribbean
KOR|KR|South Korea|Asia|Eastern Asia
KWT|KW|Kuwait|Asia|Western Asia
LAO|LA|Laos|Asia|South-Eastern Asia
LBN|LB|Lebanon|Asia|Western Asia
LBR|LR|Liberia|Africa|Western Africa
LBY|LY|Libya|Africa|Northern Africa
LCA|LC|Saint Lucia|Americas|Caribbean
LIE|LI|Liechtenstein|Europe|Western Europe
LKA|LK|Sri Lanka|Asia|Southern Asia
LSO|LS|Lesotho|Africa|Southern Africa
LTU|LT|Lithuania|Europe|Northern Europe
LUX|LU|Luxembourg|Europe|Western Europe
LVA|LV|Latvia|Europe|Northern Europe
MAC|MO|Macau S.A.R.|Asia|Eastern Asia
MAF|MF|Saint-Martin (French part)|Americas|Caribbean
MAR|MA|Morocco|Africa|Northern Africa
MCO|MC|Monaco|Europe|Western Europe
MDA|MD|Moldova|Europe|Eastern Europe
MDG|MG|Madagascar|Africa|Eastern Africa
MDV|MV|Maldives|Asia|Southern Asia
MEX|MX|Mexico|Americas|Central America
MHL|MH|Marshall Islands|Oceania|Micronesia
MKD|MK|North Macedonia|Europe|Southern Europe
MLI|ML|Mali|Africa|Western Africa
MLT|MT|Malta|Europe|Southern Europe
MMR|MM|Myanmar|Asia|South-Eastern Asia
MNE|ME|Montenegro|Europe|Southern Europe
MNG|MN|Mongolia|Asia|Eastern Asia
MNP|MP|Northern Mariana Islands|Oceania|Micronesia
MOZ|MZ|Mozambique|Africa|Eastern Africa
MRT|MR|Mauritania|Africa|Western Africa
MSR|MS|Montserrat|Americas|Caribbean
MTQ|MQ|Martinique|Americas|Caribbean
MUS|MU|Mauritius|Africa|Eastern Africa
MWI|MW|Malawi|Africa|Eastern Africa
MYS|MY|Malaysia|Asia|South-Eastern Asia
MYT|YT|Mayotte|Africa|Eastern Africa
NAM|NA|Namibia|Africa|Southern Africa
NCL|NC|New Caledonia|Oceania|Melanesia
NER|NE|Niger|Africa|Western Africa
NFK|NF|Norfolk Island|Oceania|Australia and New Zealand
NGA|NG|Nigeria|Africa|Western Africa
NIC|NI|Nicaragua|Americas|Central America
NIU|NU|Niue|Oceania|Polynesia
NLD|NL|Netherlands|Europe|Western Europe
NOR|NO|Norway|Europe|Northern Europe
NPL|NP|Nepal|Asia|Southern Asia
NRU|NR|Nauru|Oceania|Micronesia
NZL|NZ|New Zealand|Oceania|Australia and New Zealand
OMN|OM|Oman|Asia|Western Asia
PAK|PK|Pakistan|Asia|Southern Asia
PAN|PA|Panama|Americas|Central America
PCN|PN|Pitcairn Island|Oceania|Polynesia
PER|PE|Peru|Americas|South America
PHL|PH|Philippines|Asia|South-Eastern Asia
PLW|PW|Palau|Oceania|Micronesia
PNG|PG|Papua New Guinea|Oceania|Melanesia
POL|PL|Poland|Europe|Eastern Europe
PRI|PR|Puerto Rico|Americas|Caribbean
PRK|KP|North Korea|Asia|Eastern Asia
PRT|PT|Portugal|Europe|Southern Europe
PRY|PY|Paraguay|Americas|South America
PSE|PS|Palestinian Territory Occupied|Asia|Western Asia
PYF|PF|French Polynesia|Oceania|Polynesia
QAT|QA|Qatar|Asia|Western Asia
REU|RE|Reunion|Africa|Eastern Africa
ROU|RO|Romania|Europe|Eastern Europe
RUS|RU|Russia|Europe|Eastern Europe
RWA|RW|Rwanda|Africa|Eastern Africa
SAU|SA|Saudi Arabia|Asia|Western Asia
SDN|SD|Sudan|Africa|Northern Africa
SEN|SN|Senegal|Africa|Western Africa
SGP|SG|Singapore|Asia|South-Eastern Asia
SGS|GS|South Georgia|Americas|South America
SHN|SH|Saint Helena|Africa|Western Africa
SJM|SJ|Svalbard and Jan Mayen Islands|Europe|Northern Europe
SLB|SB|Solomon Islands|Oceania|Melanesia
SLE|SL|Sierra Leone|Africa|Western Africa
SLV|SV|El Salvador|Americas|Central America
SMR|SM|San Marino|Europe|Southern Europe
SOM|SO|Somalia|Africa|Eastern Africa
SPM|PM|Saint Pierre and Miquelon|Americas|Northern America
SRB|RS|Serbia|Europe|Southern Europe
SSD|SS|South Sudan|Africa|Eastern Africa
STP|ST|Sao Tome and Principe|Africa|Middle Africa
SUR|SR|Suriname|Americas|South America
SVK|SK|Slovakia|Europe|Eastern Europe
SVN|SI|Slovenia|Europe|Southern Europe
SWE|SE|Sweden|Europe|Northern Europe
SWZ|SZ|Eswatini|Africa|Southern Africa
SXM|SX|Sint Maarten (Dutch part)|Americas|Caribbean
SYC|SC|Seychelles|Africa|Eastern Africa
SYR|SY|Syria|Asia|Western Asia
TCA|TC|Turks and Caicos Islands|Americas|Caribbean
TCD|TD|Chad|Africa|Middle Africa
TGO|TG|Togo|Africa|Western Africa
THA|TH|Thailand|Asia|South-Eastern Asia
TJK|TJ|Tajikistan|Asia|Central Asia
TKL|TK|Tokelau|Oceania|Polynesia
TKM|TM|Turkmenistan|Asia|Central Asia
TLS|TL|Timor-Leste|Asia|South-Eastern Asia
TON|TO|Tonga|Oceania|Polynesia
TTO|TT|Trinidad and Tobago|Americas|Caribbean
TUN|TN|Tunisia|Africa|Northern Africa
TUR|TR|Turkey|Asia|Western Asia
TUV|TV|Tuvalu|Oceania|Polynesia
TWN|TW|Taiwan|Asia|Eastern Asia
TZA|TZ|Tanzania|Africa|Eastern Africa
UGA|UG|Uganda|Africa|Eastern Africa
UKR|UA|Ukraine|Europe|Eastern Europe
UMI|UM|United States Minor Outlying Islands|Oceania|Micronesia
URY|UY|Uruguay|Americas|South America
USA|US|United States|Americas|Northern America
UZB|UZ|Uzbekistan|Asia|Central Asia
VAT|VA|Vatican City State (Holy See)|Europe|Southern Europe
VCT|VC|Saint Vincent and the Grenadines|Americas|Caribbean
VEN|VE|Venezuela|Americas|South America
VGB|VG|British Virgin Islands|Americas|Caribbean
VIR|VI|US Virgin Islands|Americas|Caribbean
VNM|VN|Vietnam|Asia|South-Eastern Asia
VUT|VU|Vanuatu|Oceania|Melanesia
WLF|WF|Wallis and Futuna Islands|Oceania|Polynesia
WSM|WS|Samoa|Oceania|Polynesia
XKX|XK|Kosovo|Europe|Southern Europe
YEM|YE|Yemen|Asia|Western Asia
ZAF|ZA|South Africa|Africa|Southern Africa
ZMB|ZM|Zambia|Africa|Eastern Africa
ZWE|ZW|Zimbabwe|Africa|Eastern Africa
";
