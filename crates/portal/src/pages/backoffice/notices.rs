//! Notices of disturbance and maintenance.

use super::{
    Asked, Office, id, propose,
    sheet::{Form, Press, Row, Sheet, Table, Wrong, text_error},
};
use crate::{
    AppError,
    browser::SafeForm,
    pages::{
        desktop::NoFields,
        dutch_time,
        form::{Field, Kind, any_error, tidy},
        texts::{self, Texts},
        visit::Visit,
    },
};
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    Timestamp,
    change::OperatorChange,
    notice::{NoticeId, NoticeKind},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

const PATH: &str = "/backoffice/meldingen";
const MOST: usize = 300;

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    soort: String,
    nederlands: String,
    engels: String,
    van: String,
    tot: String,
}

fn kind(t: &Texts, kind: NoticeKind) -> String {
    match kind {
        NoticeKind::Disturbance => fl!(t, "office-notice-disturbance"),
        NoticeKind::Maintenance => fl!(t, "office-notice-maintenance"),
    }
}

impl Typed {
    /// From when; nothing typed means now.
    fn from(&self, now: Timestamp) -> Option<Timestamp> {
        if self.van.trim().is_empty() { Some(now) } else { dutch_time::parse_moment(&self.van) }
    }
    /// Until when; the inner `None` means until it is taken away.
    fn until(&self) -> Option<Option<Timestamp>> {
        if self.tot.trim().is_empty() { Some(None) } else { dutch_time::parse_moment(&self.tot).map(Some) }
    }
    fn fields(&self, t: &Texts, now: Timestamp, check: bool) -> Vec<Field> {
        let said = |wrong: Option<String>| wrong.filter(|_| check);
        let options = [NoticeKind::Disturbance, NoticeKind::Maintenance];
        let options = options.into_iter().map(|one| (one.as_str().to_owned(), kind(t, one))).collect();
        let wrong = || fl!(t, "office-notice-moment-wrong");
        let until = match (self.from(now), self.until()) {
            (_, None) => Some(wrong()),
            (Some(from), Some(Some(until))) if until <= from.max(now) => Some(fl!(t, "office-notice-until-wrong")),
            _ => None,
        };
        let moment = |name: &'static str, label: String, typed: &str, help: String| {
            Field::new(name, label, typed).kind(Kind::Line("datetime-local")).optional().short().help(help)
        };
        vec![
            Field::new("soort", fl!(t, "office-notice-kind"), &self.soort)
                .kind(Kind::Choice(options))
                .error(said(NoticeKind::parse(&self.soort).is_none().then(|| fl!(t, "choose-again")))),
            Field::new("nederlands", fl!(t, "office-notice-nl"), &self.nederlands)
                .kind(Kind::Area)
                .most(MOST)
                .error(said(text_error(t, &self.nederlands, MOST))),
            Field::new("engels", fl!(t, "office-notice-en"), &self.engels)
                .kind(Kind::Area)
                .most(MOST)
                .error(said(text_error(t, &self.engels, MOST))),
            moment("van", fl!(t, "office-notice-from"), &self.van, fl!(t, "office-notice-from-help"))
                .error(said(self.from(now).is_none().then(wrong))),
            moment("tot", fl!(t, "office-notice-until"), &self.tot, fl!(t, "office-notice-until-help"))
                .error(said(until)),
        ]
    }
}

async fn show_page(visit: &Visit, done: Option<&str>, wrong: Wrong) -> Result<Response, AppError> {
    let (now, lang) = (visit.app.now(), visit.caller.lang);
    let all = visit.app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.notices(now).await?) })).await?;
    let mut sheet = Sheet::new(visit, PATH, done);
    let t = sheet.ui.t.clone();
    let rows = all.iter().map(|notice| Row {
        cells: vec![
            kind(&t, notice.kind).into(),
            notice.nl.clone().into(),
            notice.en.clone().into(),
            dutch_time::moment(lang, notice.from).into(),
            notice.until.map(|until| dutch_time::moment(lang, until)).unwrap_or_default().into(),
        ],
        buttons: vec![Press {
            action: format!("{PATH}/{}/weghalen", notice.id),
            name: "",
            value: String::new(),
            text: fl!(t, "office-notice-end"),
            label: fl!(t, "office-notice-end-this", text = notice.nl.as_str()),
        }],
    });
    sheet.tables.push(Table {
        caption: fl!(t, "office-notices-now"),
        heads: vec![
            fl!(t, "office-notice-kind"),
            fl!(t, "office-notice-nl"),
            fl!(t, "office-notice-en"),
            fl!(t, "office-notice-from"),
            fl!(t, "office-notice-until"),
        ],
        rows: rows.collect(),
        empty: fl!(t, "office-notices-none"),
        pager: None,
    });
    let (title, text) = (fl!(t, "office-notice-show"), fl!(t, "office-notice-show-text"));
    let fields = Typed::default().fields(&t, now, false);
    sheet.forms.push(Form::new("melding", title, text, PATH.to_owned(), fields));
    sheet.title(fl!(t, "office-notices")).show(wrong)
}

/// What is shown or will be, and a form for another.
pub(super) async fn page(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    show_page(&visit, asked.gedaan.as_deref(), None).await
}

/// Shows one on every page.
pub(super) async fn show(Office(visit): Office, SafeForm(typed): SafeForm<Typed>) -> Result<Response, AppError> {
    let now = visit.app.now();
    let fields = typed.fields(&texts::of(visit.caller.lang), now, true);
    let read = (NoticeKind::parse(&typed.soort), typed.from(now), typed.until());
    let (Some(kind), Some(from), Some(until), false) = (read.0, read.1, read.2, any_error(&fields)) else {
        return show_page(&visit, None, Some(("melding", fields))).await;
    };
    let change = OperatorChange::ShowNotice { kind, nl: tidy(&typed.nederlands), en: tidy(&typed.engels), from, until };
    propose(&visit, change, "", PATH, "melding-getoond").await
}

/// Takes one away.
pub(super) async fn end(
    Office(visit): Office,
    Path(which): Path<String>,
    _: SafeForm<NoFields>,
) -> Result<Response, AppError> {
    let which = id(NoticeId::parse(&which))?;
    propose(&visit, OperatorChange::EndNotice(which), "", PATH, "melding-weg").await
}
