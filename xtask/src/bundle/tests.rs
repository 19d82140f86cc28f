use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    dir
}

const WORKER_TEXT: &str = "const VERSION = \"@VERSION@\";\nconst FILES = \"@FILES@\";\n";

#[test]
fn the_worker_lists_every_other_file_once() {
    let dir = folder(&[("sw.js", WORKER_TEXT), ("index.html", "<p>"), ("icons/a.svg", "<svg>")]);
    let bundle = Bundle::collect(&[Source::folder(dir.path())]).unwrap();
    let worker = String::from_utf8(bundle.files["sw.js"].clone()).unwrap();
    assert_eq!(
        worker,
        format!("const VERSION = \"{}\";\nconst FILES = [\"/icons/a.svg\", \"/\"];\n", bundle.version())
    );
    assert_eq!(bundle.len(), 3);
}

#[test]
fn the_version_follows_every_byte() {
    let one = folder(&[("sw.js", WORKER_TEXT), ("a", "1"), ("b", "2")]);
    let same = folder(&[("sw.js", WORKER_TEXT), ("a", "1"), ("b", "2")]);
    let other = folder(&[("sw.js", WORKER_TEXT), ("a", "12"), ("b", "")]);
    let version =
        |dir: &tempfile::TempDir| Bundle::collect(&[Source::folder(dir.path())]).unwrap().version().to_owned();
    assert_eq!(version(&one), version(&same));
    assert_ne!(version(&one), version(&other));
}

#[test]
fn writing_removes_what_an_older_build_left() {
    let source = folder(&[("sw.js", WORKER_TEXT), ("new", "1")]);
    let out = folder(&[("sw.js", "old"), ("gone", "1")]);
    Bundle::collect(&[Source::folder(source.path())]).unwrap().write(out.path()).unwrap();
    assert!(!out.path().join("gone").exists());
    assert_eq!(fs::read_to_string(out.path().join("new")).unwrap(), "1");
}

#[test]
fn a_folder_of_someone_else_is_left_alone() {
    let source = folder(&[("sw.js", WORKER_TEXT)]);
    let out = folder(&[("holiday.jpg", "1")]);
    let refused = Bundle::collect(&[Source::folder(source.path())]).unwrap().write(out.path()).unwrap_err();
    assert!(refused.contains("nothing was written"));
    assert!(out.path().join("holiday.jpg").exists());
}

#[test]
fn a_worker_without_marks_is_refused() {
    let dir = folder(&[("sw.js", "self")]);
    assert!(Bundle::collect(&[Source::folder(dir.path())]).is_err());
}

#[test]
fn a_part_of_a_folder_comes_alone() {
    let own = folder(&[("sw.js", WORKER_TEXT)]);
    let shared = folder(&[("tokens.css", ":root {}"), ("fonts/a.woff2", "a"), ("portal.css", "no")]);
    let sources =
        [Source::folder(own.path()), Source::part(shared.path(), "tokens.css"), Source::part(shared.path(), "fonts")];
    let bundle = Bundle::collect(&sources).unwrap();
    assert_eq!(bundle.files.keys().collect::<Vec<_>>(), ["fonts/a.woff2", "sw.js", "tokens.css"]);
}
