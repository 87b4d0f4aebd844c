"""The tests' own ground: a database that is real, a browser that is real."""

import pytest
import sqlalchemy


@pytest.fixture
def connection(database_url):
    engine = sqlalchemy.create_engine(database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_database_of_its_own(connection, turn):
    connection.execute(sqlalchemy.text("create table box (word text)"))
    connection.execute(sqlalchemy.text("insert into box values (:word)"), {"word": turn})
    assert connection.execute(sqlalchemy.text("select word from box")).scalars().all() == [turn]
    connection.commit()


@pytest.mark.postgres
def test_postgres_listens_on_no_network(postgres_url):
    engine = sqlalchemy.create_engine(postgres_url)
    with engine.connect() as connection:
        listening = connection.execute(sqlalchemy.text("show listen_addresses")).scalar_one()
    engine.dispose()
    assert listening == ""


@pytest.mark.browser
def test_the_browser_shows_text_at_the_width_of_a_phone(browser_page):
    page = browser_page(width=360)
    page.set_content("<h1>Is the ground ready?</h1>")
    assert page.inner_text("h1") == "Is the ground ready?"
    assert page.evaluate("window.innerWidth") == 360


@pytest.mark.browser
def test_the_browser_works_without_javascript(browser_page):
    page = browser_page(java_script_enabled=False)
    page.set_content("<noscript>Still here</noscript><script>document.body.innerHTML=''</script>")
    assert page.inner_text("body") == "Still here"
