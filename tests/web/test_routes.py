"""The list of routes: a new or lost one is a decision, since addresses are printed on cards."""

DECIDED = """
GET  /
GET  /healthz
GET  /login
GET  /s/<slug>
GET  /s/<slug>/frozen.txt
GET  /s/<slug>/record
GET  /s/<slug>/result
GET  /s/<slug>/thanks
GET  /s/<slug>/who
GET  /static/<build>/<path:name>
GET  /surveys
GET  /surveys/<slug>
GET  /surveys/<slug>/check
GET  /surveys/<slug>/close
GET  /surveys/<slug>/closing
GET  /surveys/<slug>/closing.json
GET  /surveys/<slug>/comments/<mark>
GET  /surveys/<slug>/harm
GET  /surveys/<slug>/method
GET  /surveys/<slug>/outcomes
GET  /surveys/<slug>/papers
GET  /surveys/<slug>/papers/<language>/<key>
GET  /surveys/<slug>/papers/<language>/<key>.md
GET  /surveys/<slug>/report
GET  /surveys/<slug>/report.html
GET  /surveys/<slug>/report/<key>
GET  /surveys/<slug>/report/<key>/month
GET  /surveys/<slug>/report/<key>/questions
GET  /surveys/<slug>/report/<key>/agreed
GET  /surveys/<slug>/report/<key>/outcome
GET  /surveys/new
POST /login
POST /logout
POST /s/<slug>
POST /s/<slug>/result
POST /surveys/<slug>/check
POST /surveys/<slug>/close
POST /surveys/<slug>/comments/<mark>
POST /surveys/<slug>/report/<key>/agreed
POST /surveys/<slug>/report/<key>/agreed/<int:number>
POST /surveys/<slug>/report/<key>/outcome
POST /surveys/new
GET  /shared/<token>
GET  /shared/<token>/group/<key>
GET  /shared/<token>/group/<key>/month
GET  /shared/<token>/group/<key>/take/<file>
GET  /shared/<token>/logo.png
GET  /shared/<token>/method
GET  /shared/<token>/month
GET  /shared/<token>/take/<file>
GET  /surveys/<slug>/letterhead
GET  /surveys/<slug>/letterhead/logo.png
GET  /surveys/<slug>/share
GET  /surveys/<slug>/share/<int:number>
GET  /surveys/<slug>/take
GET  /surveys/<slug>/take/<file>
GET  /surveys/<slug>/take/group/<key>/<file>
GET  /surveys/<slug>/take/pdfs
GET  /surveys/<slug>/take/pdfs.zip
POST /surveys/<slug>/take/pdfs
POST /shared/<token>
POST /surveys/<slug>/letterhead
POST /surveys/<slug>/share
POST /surveys/<slug>/share/<int:number>
"""


def routes_of(app) -> set[str]:
    return {
        f"{method:4} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_the_routes_are_those_decided_on(app):
    decided = {line for line in DECIDED.splitlines() if line}
    assert routes_of(app) == decided, "add or remove the line here, and mind printed addresses"


def test_respondents_send_answers_to_one_address_and_the_word_of_their_result_to_another(app):
    theirs = {route for route in routes_of(app) if " /s/" in route}
    assert {route for route in theirs if not route.startswith("GET ")} == {
        "POST /s/<slug>",
        "POST /s/<slug>/result",
    }
