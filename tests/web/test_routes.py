"""The list of routes: a new or lost one is a decision, since addresses are printed on cards."""

DECIDED = """
GET  /
GET  /healthz
GET  /login
GET  /s/<slug>
GET  /s/<slug>/frozen.txt
GET  /s/<slug>/record
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
GET  /surveys/<slug>/papers
GET  /surveys/<slug>/papers/<language>/<key>
GET  /surveys/<slug>/papers/<language>/<key>.md
GET  /surveys/<slug>/report
GET  /surveys/<slug>/report.html
GET  /surveys/<slug>/report/<key>
GET  /surveys/new
POST /login
POST /logout
POST /s/<slug>
POST /surveys/<slug>/check
POST /surveys/<slug>/close
POST /surveys/<slug>/comments/<mark>
POST /surveys/new
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


def test_respondents_send_to_one_address_only(app):
    theirs = {route for route in routes_of(app) if " /s/" in route}
    assert {route for route in theirs if not route.startswith("GET ")} == {"POST /s/<slug>"}
