use super::*;

fn read(text: &str) -> Result<MailConfig, String> {
    use figment::providers::{Format, Toml};
    let settings: MailSettings =
        figment::Figment::new().merge(Toml::string(text)).extract().map_err(|error| error.to_string())?;
    let told = |failure: Failure| format!("{}: {}", failure.title, failure.detail);
    settings.checked(Environment::Acceptatie).map_err(told)
}

fn refused(text: &str) -> String {
    read(text).map(|config| format!("{config:?}")).expect_err(text)
}

#[test]
fn a_whole_server_is_read_and_its_password_never_shown() {
    let text = "host = 'mail.example'\nuser = 'zorgid'\npassword = 'geheim-42'\nfrom = 'ZORG-ID <a@b.nl>'";
    let config = read(text).unwrap();
    let server = config.server.as_ref().unwrap();
    assert_eq!((server.port, server.security), (587, MailSecurity::StartTls));
    assert_eq!(server.login.as_ref().unwrap().1.0.as_str(), "geheim-42");
    assert!(!format!("{config:?}").contains("geheim"));
    let from = "host = 'mail.example'\nfrom = 'a@b.nl'\n";
    let port = |more: &str| read(&format!("{from}{more}")).unwrap().server.unwrap().port;
    assert_eq!((port("security = 'tls'"), port("port = 2525")), (465, 2525));
}

#[test]
fn a_password_that_is_no_text_is_refused_without_showing_it() {
    for password in ["123456", "true", "1.5", "-7"] {
        let said = refused(&format!("host = 'mail.example'\nuser = 'u'\nfrom = 'a@b.nl'\npassword = {password}"));
        assert!(said.contains("must be text") && !said.contains(password), "{said}");
    }
}

#[test]
fn what_is_not_safe_or_not_whole_is_refused() {
    assert!(refused("host = 'mail.example'\nfrom = 'a@b.nl'\nsecurity = 'none'").contains("this machine"));
    assert!(read("host = '127.0.0.1'\nfrom = 'a@b.nl'\nsecurity = 'none'").is_ok());
    assert!(refused("host = 'mail.example'").contains("mail.from"));
    assert!(refused("port = 25").contains("mail.host"));
    assert!(refused("host = 'm.nl'\nfrom = 'a@b.nl'\nuser = 'u'").contains("belong together"));
    assert!(refused("host = 'm.nl'\nfrom = 'a@b.nl'\nsecurity = 'ssl'").contains("security"));
    assert!(refused("hots = 'm.nl'").contains("hots"));
    assert!(refused("operators = 'nobody'").contains("operators"));
    assert!(read("").unwrap().server.is_none());
    let none = MailSettings::default().checked(Environment::Productie);
    assert!(none.unwrap_err().title.contains("mail server"));
}
