//! The long texts: both languages say the same, every link leads somewhere, and help names whom to ask.

use super::{
    pages::{check, log_in},
    rig::Rig,
};
use crate::{config::ContactAddress, pages::info::article::Article, server};
use axum::http::{Method, StatusCode};
use std::{collections::BTreeSet, path::Path};

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn slug(article: Article) -> &'static str {
    article.path().rsplit('/').next().unwrap()
}

/// The opening tags in order, without their attributes.
fn tags(html: &str) -> Vec<&str> {
    let names = html.split('<').skip(1).filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    names.map(|rest| rest.split([' ', '>']).next().unwrap()).collect()
}

/// What `href="…"` leads to.
fn links(html: &str) -> Vec<&str> {
    html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn both_languages_have_the_same_texts() {
    let slugs: BTreeSet<String> = Article::ALL.iter().map(|article| format!("{}.html", slug(*article))).collect();
    for lang in ["nl", "en"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/info").join(lang);
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(files.collect::<BTreeSet<_>>(), slugs, "{lang}");
    }
    for article in Article::ALL {
        let [dutch, english] = ["nl", "en"].map(|lang| file(&format!("info/{lang}/{}.html", slug(article))));
        assert_eq!(tags(&dutch), tags(&english), "{article:?}: the same headings, steps and links");
        assert_eq!(links(&dutch), links(&english), "{article:?}");
        assert!(tags(&dutch).contains(&"h2") && !tags(&dutch).contains(&"h1"), "{article:?}");
        assert!(!english.replace("/hulp/beheerder", "").contains("beheerder"), "{article:?}: left in Dutch");
        for part in
            dutch.lines().chain(english.lines()).filter(|line| line.starts_with("<p") || line.starts_with("<li"))
        {
            let closes = part.ends_with("</p>") || part.ends_with("</li>");
            assert!(closes, "{article:?}: one paragraph or step is one line: {part}");
        }
    }
}

fn leads_somewhere(routes: &[(Method, &'static str)], path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |route: &str| {
        let route: Vec<&str> = route.split('/').collect();
        let same = |(there, here): (&&str, &&str)| there == here || there.starts_with('{');
        route.len() == parts.len() && route.iter().zip(&parts).all(same)
    };
    routes.iter().any(|(method, route)| *method == Method::GET && fits(route))
}

fn templates(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_link_of_every_page_leads_to_a_page() {
    let routes = server::portal_routes();
    assert!(!leads_somewhere(&routes, "/hulp/nergens") && leads_somewhere(&routes, "/voorwaarden/2026-11"));
    let mut found = Vec::new();
    templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut found);
    let mut followed = 0;
    for (name, html) in &found {
        for link in links(html).into_iter().filter(|link| link.starts_with('/')) {
            // What is filled in counts as one part of the path.
            let plain = link.split(['?', '#']).next().unwrap();
            let parts = plain.split('/').map(|part| if part.contains("{{") { "ingevuld" } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            assert!(leads_somewhere(&routes, &path), "{name}: {link}");
            followed += 1;
        }
    }
    assert!(followed > 150, "{followed}");
}

#[tokio::test]
async fn every_text_is_a_page_in_both_languages() {
    let rig = Rig::with(|config| config.contact.people = ContactAddress::parse("hulp@zorg-id.example")).await;
    for article in Article::ALL {
        for language in ["nl", "en"] {
            let mut browser = rig.browser();
            browser.language = language;
            let answer = browser.get(article.path()).await;
            assert_eq!(answer.status, StatusCode::OK, "{article:?}");
            check(&answer);
            let html = answer.html();
            assert!(html.contains("href=\"mailto:hulp@zorg-id.example\">hulp@zorg-id.example</a>"), "{article:?}");
            assert!(!html.contains("020-1234567"), "nobody is logged in");
            let own = if language == "nl" { "Contact met Operator" } else { "Contact with Operator" };
            assert!(html.contains(own), "{article:?}");
        }
    }
    let start = rig.browser().get("/hulp/zorgmedewerker").await.html();
    assert!(start.contains("href=\"http://localhost:8081\""), "where the app is");
    assert_eq!(rig.browser().get("/hulp/nergens").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_is_logged_in_reads_whom_to_ask() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    log_in(&rig, &mut browser, true).await;
    let advice = "/welk-middel?deelname=ja&pas=ja&telefoon=ja&mobile=nee";
    for path in ["/hulp", "/hulp/techniek", "/telefoon-kwijt", "/bestaat-niet", advice] {
        let answer = browser.get(path).await;
        check(&answer);
        let told = answer.html().matches("Apotheek &#60;i&#62;De Linde&#60;/i&#62;: Petra, 020-1234567").count();
        assert_eq!(told, 1, "{path}: {}", answer.html());
        assert!(!rig.browser().get(path).await.html().contains("020-1234567"), "{path}: a stranger reads nothing");
    }
}
