use super::*;

#[test]
fn what_begins_like_a_formula_is_text() {
    for bad in
        ["=1+1", "+31612345678", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1+1", "\u{a0}=1", "＝1", "|cmd", "%0A"]
    {
        assert_eq!(cell(bad), format!("'{bad}"), "{bad:?}");
    }
    for good in ["Jansen", "", "900012345", "van 't Hof", "a=b", "2026-11-22", "  Jansen", "'s-Gravenhage"] {
        assert!(matches!(cell(good), Cow::Borrowed(same) if same == good), "{good:?}");
    }
}

#[test]
fn cells_stay_cells() {
    assert_eq!(line(&["a", "b;c", "d\"e", "f\ng", "", " h"]), "a;\"b;c\";\"d\"\"e\";\"f\ng\";;\" h\"\r\n");
    // What closes the quotes and begins a formula after them is still inside one cell.
    assert_eq!(line(&["x\";=1+1;\""]), "\"x\"\";=1+1;\"\"\"\r\n");
    assert_eq!(line(&["=HYPERLINK(\"a\";\"b\")"]), "\"'=HYPERLINK(\"\"a\"\";\"\"b\"\")\"\r\n");
    assert_eq!(line::<&str>(&[]), "\r\n");
}
