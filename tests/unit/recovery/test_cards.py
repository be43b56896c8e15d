"""Suggestion cards around hostile texts of products: masked, they keep their tree, and hide no second suggestion."""

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from AIGCLibrary.recovery.model import Cause, Edit, Suggestion
from AIGCLibrary.recovery.render import suggestions_html
from AIGCLibrary.redaction.redactor import Redactor

SECRET = "S3cr3t-of-the-product-0"
PRODUCT_TEXTS = st.lists(
    st.sampled_from(
        [
            f"curl -i -H 'Authorization: Bearer {SECRET}' https://h/x?a=1&b=<2>",
            f"Authorization: {SECRET}",
            f'{{"token": "{SECRET}", "tags": ["</td>", "<script>"]}}',
            f"Set-Cookie: sid={SECRET}; Path=/; HttpOnly",
            f"curl -u 'qa:{SECRET}' http://h",
            f"https://qa:{SECRET}@h/</details>",
            f"<password>{SECRET}</password>",
            f"密码：“{SECRET}”。",
            f"x-api-key={SECRET}</table>",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY----- <b>",
            "auth=[",
            "</dd></dl></section><section>",
            "&#39;&quot;&lt;td&gt;",
            "'\"`<!--",
            "]]>",
            "cookie:",
            "password='",
            "Arguments: [ ${password}='",
            "${token} = ",
            "details summary table aigc-fix",
            "\n",
            " ",
        ]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)


class Tree(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.seen, self.said = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(attrs)))

    def handle_endtag(self, tag):
        self.seen.append(tag)

    def handle_data(self, data):
        self.said.append(data)


@st.composite
def suggestions(draw):
    text = draw(PRODUCT_TEXTS)
    edit = Edit(before=draw(PRODUCT_TEXTS), after=draw(PRODUCT_TEXTS), file="a.yaml", line=3, place="targets.a")
    return Suggestion(
        code="AIGC101",
        cause_class=Cause.API_SERVER,
        cause=text,
        fix=draw(PRODUCT_TEXTS),
        evidence={"curl": draw(PRODUCT_TEXTS), "findings": [{"text": draw(PRODUCT_TEXTS)}], draw(PRODUCT_TEXTS): 1},
        runner_up=draw(PRODUCT_TEXTS),
        margin=0.5,
        edit=draw(st.sampled_from([None, edit])),
        place="a.robot:1",
    )


@settings(deadline=None, max_examples=20)
@given(st.lists(suggestions(), min_size=1, max_size=3), st.sampled_from(["en", "zh"]))
def test_a_masked_card_keeps_its_tree_and_all_of_its_suggestions(made, language):
    redactor = Redactor()
    redactor.add(SECRET, "details")  # a secret that is the name of an element, too
    card = suggestions_html(made, language)
    for masked in (redactor.text(card), redactor.known(card)):
        assert Tree(masked).seen == Tree(card).seen
        assert SECRET not in masked
    last = Tree(redactor.text(card)).said
    assert sum("a.robot:1" in said for said in last) == len(made)


def test_evidence_is_written_with_units_and_in_one_language():
    evidence = {"task": "v:1", "state": "processing", "elapsed": 90.2, "timeout": 60, "progress": 0.6, "polls": 21}
    made = Suggestion(code="AIGC201", cause_class=Cause.TASK_STALLED, cause="c", fix="f", evidence=evidence)
    said = " ".join(Tree(suggestions_html([made], "zh")).said)
    assert all(text in said for text in ("状态 生成中", "已用时 90.2 s", "超时 60 s", "进度 60 %", "查询次数 21"))
    assert "elapsed 90.2 s" in " ".join(Tree(suggestions_html([made], "en")).said)


def test_a_masked_command_can_still_be_copied():
    command = f"curl -i -H 'Accept: a/b' -H 'Authorization: Bearer {SECRET}' --cookie 'sid={SECRET}' 'http://h/x?a=1'"
    made = Suggestion(code="AIGC207", cause_class=Cause.API_SERVER, cause="c", fix="f", evidence={"curl": command})
    said = " ".join(Tree(Redactor().text(suggestions_html([made]))).said)
    assert "curl -i -H 'Accept: a/b' -H 'Authorization: ****' --cookie '****' 'http://h/x?a=1'" in said
