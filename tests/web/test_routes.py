"""The list of routes: a new or lost one is a decision, since addresses are printed on cards."""

DECIDED = """
GET  /
GET  /healthz
GET  /login
GET  /s/<slug>
GET  /s/<slug>/about
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
GET  /surveys/<slug>/running
GET  /surveys/<slug>/running/contact
GET  /surveys/<slug>/running/end
GET  /surveys/<slug>/running/people
GET  /surveys/<slug>/running/people/<unit>
POST /surveys/<slug>/running/contact
POST /surveys/<slug>/running/end
POST /surveys/<slug>/running/people/<unit>
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
GET  /surveys/<slug>/next
POST /surveys/<slug>/next
GET  /clients
GET  /clients/new
POST /clients/new
GET  /clients/<client>
GET  /clients/<client>/details
POST /clients/<client>/details
GET  /clients/<client>/delete
POST /clients/<client>/delete
GET  /clients/<client>/export
POST /clients/<client>/export
GET  /clients/<client>/export.zip
GET  /clients/<client>/roster/delete
POST /clients/<client>/roster/delete
GET  /deleted
GET  /surveys/<slug>/delete
POST /surveys/<slug>/delete
GET  /clients/<client>/roster
GET  /clients/<client>/roster/<int:person>
POST /clients/<client>/roster/<int:person>
POST /clients/<client>/roster/<int:person>/delete
GET  /clients/<client>/roster/new
POST /clients/<client>/roster/new
GET  /clients/<client>/roster/take/<table>
GET  /clients/<client>/roster/upload
POST /clients/<client>/roster/upload
GET  /clients/<client>/roster/upload/<staged>
GET  /clients/<client>/roster/upload/<staged>/faults.csv
GET  /clients/<client>/roster/upload/<staged>/faults/<int:kind>
GET  /clients/<client>/roster/upload/<staged>/progress.json
POST /clients/<client>/roster/upload/<staged>/again
POST /clients/<client>/roster/upload/<staged>/cancel
POST /clients/<client>/roster/upload/<staged>/save
GET  /clients/<client>/units
GET  /clients/<client>/units/<unit>
GET  /clients/<client>/units/<unit>/delete
POST /clients/<client>/units
POST /clients/<client>/units/<unit>
POST /clients/<client>/units/<unit>/delete
POST /clients/<client>/units/<unit>/place
POST /clients/<client>/drafts
GET  /drafts/<draft>
GET  /drafts/<draft>/<any(questions, practice, dates, answering):step>
POST /drafts/<draft>/<any(questions, practice, dates, answering):step>
GET  /drafts/<draft>/delete
POST /drafts/<draft>/delete
GET  /drafts/<draft>/open
POST /drafts/<draft>/open
GET  /drafts/<draft>/people
POST /drafts/<draft>/people
GET  /drafts/<draft>/preview
GET  /drafts/<draft>/rehearsal
POST /drafts/<draft>/rehearsal
POST /login
POST /login/second
GET  /setup/<ticket>
POST /setup/<ticket>
GET  /invite/<ticket>
POST /invite/<ticket>
GET  /reset
POST /reset
GET  /reset/<ticket>
POST /reset/<ticket>
GET  /account
POST /account
POST /account/password
POST /account/sessions
GET  /account/helped
POST /account/helped
GET  /account/second-factor
POST /account/second-factor
POST /account/second-factor/codes
POST /account/second-factor/off
POST /logout
POST /s/<slug>
POST /s/<slug>/result
POST /surveys/<slug>/cards
POST /surveys/<slug>/check
POST /surveys/<slug>/close
POST /surveys/<slug>/comments/<mark>
POST /surveys/<slug>/report/<key>/agreed
POST /surveys/<slug>/report/<key>/agreed/<int:number>
POST /surveys/<slug>/report/<key>/outcome
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
POST /surveys/<slug>/sheets
POST /surveys/<slug>/share/<int:number>
GET  /surveys/<slug>/mailing
GET  /surveys/<slug>/mailing.json
GET  /surveys/<slug>/mailing/letters/<state>
GET  /surveys/<slug>/mailing/preview/<language>
POST /surveys/<slug>/mailing/<int:number>
POST /surveys/<slug>/mailing/letters/<state>
POST /surveys/<slug>/mailing/letters/<state>/<letter>
POST /surveys/<slug>/mailing/reminders
POST /surveys/<slug>/readers
POST /surveys/<slug>/readers/<int:number>
POST /surveys/<slug>/readers/<int:number>/<key>
GET  /log
GET  /log.csv
GET  /people
GET  /people/<int:number>
GET  /people/<int:number>/remove
GET  /people/invite
POST /people/<int:number>
POST /people/<int:number>/active
POST /people/<int:number>/link
POST /people/<int:number>/remove
POST /people/<int:number>/factor
POST /people/<int:number>/way-back
POST /people/invite
GET  /reading
GET  /reading/<slug>
GET  /reading/<slug>/group/<key>
GET  /reading/<slug>/group/<key>/logo.png
GET  /reading/<slug>/group/<key>/method
GET  /reading/<slug>/group/<key>/month
GET  /reading/<slug>/group/<key>/take/<file>
GET  /reading/<slug>/logo.png
GET  /reading/<slug>/method
GET  /reading/<slug>/take/<file>
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
