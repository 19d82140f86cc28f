//! Reads the forms of a page: what a browser would send, and what a person is told beside each field.

use std::collections::BTreeMap;

/// A field as it stands on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// The type of an input (`text`, `date`, `hidden`, `checkbox`, …); `textarea` or `select`.
    pub kind: String,
    pub value: String,
    /// The most characters that a person can type.
    pub most: Option<usize>,
    /// While it is invalid: the message that `aria-describedby` ties to it.
    pub error: Option<String>,
}

impl Field {
    /// Whether a person types its text.
    pub fn is_typed(&self) -> bool {
        !matches!(self.kind.as_str(), "hidden" | "checkbox" | "radio" | "select" | "submit" | "file")
    }
}

/// A form of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub fields: Vec<Field>,
}

impl Form {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
    /// Names of the fields with a message.
    pub fn wrong(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| field.error.is_some()).map(|field| field.name.as_str()).collect()
    }
}

/// What a browser makes of `&#60;` and its like.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let read = after.split_once(';').and_then(|(entity, rest)| Some((character(entity)?, rest)));
        match read {
            Some((c, left)) => {
                out.push(c);
                rest = left;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        _ => char::from_u32(entity.strip_prefix('#')?.parse().ok()?),
    }
}

/// A start tag.
struct Tag<'h> {
    name: &'h str,
    attributes: BTreeMap<&'h str, String>,
    /// What comes after it.
    rest: &'h str,
}

/// The next start tag. Values stand between double quotes: our templates write no others.
fn next_tag(html: &str) -> Option<Tag<'_>> {
    let mut rest = html;
    loop {
        rest = rest.split_once('<')?.1;
        if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            break;
        }
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (name, mut rest) = rest.split_at(end);
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return Some(Tag { name, attributes, rest: after });
        }
        let end = rest.find(|c: char| matches!(c, '=' | '>') || c.is_whitespace())?;
        let (attribute, after) = rest.split_at(end);
        let quoted = after.strip_prefix("=\"").and_then(|value| value.split_once('"'));
        let (value, after) = quoted.map_or((String::new(), after), |(value, after)| (unescape(value), after));
        attributes.insert(attribute, value);
        rest = after;
    }
}

/// The text of the element with this id.
pub fn text_of(html: &str, id: &str) -> Option<String> {
    let after = html.split_once(&format!("id=\"{id}\""))?.1.split_once('>')?.1;
    Some(unescape(after.split('<').next().unwrap_or_default()).trim().to_owned())
}

/// The forms of a page.
pub fn forms(html: &str) -> Vec<Form> {
    html.split("<form").skip(1).map(|part| form(html, part)).collect()
}

fn form(page: &str, part: &str) -> Form {
    let inner = part.split("</form>").next().unwrap_or_default();
    let opening = format!("<form{inner}");
    let mut action = String::new();
    let mut fields = Vec::new();
    let mut rest = opening.as_str();
    while let Some(tag) = next_tag(rest) {
        rest = tag.rest;
        let attribute = |name: &str| tag.attributes.get(name).cloned();
        let value = match tag.name {
            "form" => {
                action = attribute("action").unwrap_or_default();
                continue;
            }
            "input" => attribute("value").unwrap_or_default(),
            // A browser leaves out the line break after the tag.
            "textarea" => {
                let text = rest.split("</textarea>").next().unwrap_or_default();
                unescape(text.strip_prefix('\n').unwrap_or(text))
            }
            "select" => chosen(rest.split("</select>").next().unwrap_or_default()),
            _ => continue,
        };
        let kind = if tag.name == "input" { attribute("type").unwrap_or_default() } else { tag.name.to_owned() };
        let described = attribute("aria-describedby").unwrap_or_default();
        let told = described.split(' ').filter(|id| id.ends_with("-fout")).find_map(|id| text_of(page, id));
        fields.push(Field {
            name: attribute("name").unwrap_or_default(),
            kind,
            value,
            most: attribute("maxlength").and_then(|most| most.parse().ok()),
            error: told.filter(|text| !text.is_empty() && tag.attributes.contains_key("aria-invalid")),
        });
    }
    Form { action, fields }
}

/// What a select sends.
fn chosen(options: &str) -> String {
    let (mut first, mut selected) = (None, None);
    let mut rest = options;
    while let Some(tag) = next_tag(rest) {
        rest = tag.rest;
        let value = tag.attributes.get("value").cloned().unwrap_or_default();
        if tag.attributes.contains_key("selected") {
            selected = Some(value.clone());
        }
        first.get_or_insert(value);
    }
    selected.or(first).unwrap_or_default()
}

/// The form that is sent to this address.
pub fn form_to(html: &str, action: &str) -> Option<Form> {
    forms(html).into_iter().find(|form| form.action == action)
}

#[test]
fn a_form_is_read_as_a_browser_does() {
    let page = "<p>a < b</p><form method=\"post\" action=\"/x\" novalidate data-check>\
        <input type=\"hidden\" name=\"csrf\" value=\"T\">\
        <div id=\"n-fout\">Te <b>lang</b></div>\
        <input id=\"n\" name=\"naam\" type=\"text\" maxlength=\"12\" value=\"a&#34;&#60;b&#38;amp;\" required \
        aria-describedby=\"n-help n-fout\" aria-invalid=\"true\">\
        <textarea name=\"reden\">\n\nregel</textarea>\
        <select name=\"soort\"><option value=\"a\">A</option><option value=\"b\" selected>B</option></select></form>";
    let form = form_to(page, "/x").unwrap();
    let name = form.field("naam").unwrap();
    assert_eq!((name.value.as_str(), name.most, name.error.as_deref()), ("a\"<b&amp;", Some(12), Some("Te")));
    assert_eq!(form.field("reden").unwrap().value, "\nregel");
    assert_eq!(form.field("soort").unwrap().value, "b");
    assert_eq!((form.wrong(), form.field("csrf").unwrap().is_typed()), (vec!["naam"], false));
}
