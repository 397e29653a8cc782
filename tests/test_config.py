"""Settings: what is taken, from where, and which sentence names what is wrong."""

from pathlib import Path
from typing import Any

import pytest

from cobrowse.config import Secret, Settings, from_mapping, load, load_sites
from cobrowse.core.audit import AuditKeys, Head, created, verify
from cobrowse.core.errors import BadToken, ConfigError
from cobrowse.core.tokens import MirrorToken, Tokens

KEY = "k" * 43
FILE = f"""
[hub]
public_url = "https://cobrowse.example.com"
mirror_url = "https://cobrowse-mirror.example.net"
secret_keys = ["{KEY}"]
store = "sqlite:///var/lib/cobrowse/cobrowse.db"
trusted_proxies = ["10.0.0.0/8"]

[[sites]]
id = "shop"
name = "Example Shop"
origins = ["https://www.shop.example"]
start_url = "https://www.shop.example/"
deny_paths = ["/checkout/payment/*"]
query_params = ["q", "page"]
mask = [".order-number"]
show = ["#search"]
max_scope = "control"
typed_navigation = "ask"
asset_origins = ["https://cdn.shop.example"]

[sites.limits]
idle_seconds = 600
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(FILE)
    return path


def mapping(**hub: Any) -> dict[str, Any]:
    return {
        "hub": {
            "public_url": "https://hub.example",
            "mirror_url": "https://mirror.example",
            "secret_keys": [KEY],
            "store": "redis://localhost",
            **hub,
        },
        "sites": [site()],
    }


def site(**changed: Any) -> dict[str, Any]:
    plain = {"id": "shop", "name": "Shop", "origins": ["https://shop.example"], "start_url": "https://shop.example/"}
    return {**plain, **changed}


def assert_refused(data: dict[str, Any], *words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_mapping(data)
    assert all(word in caught.value.sentence for word in words), caught.value.sentence


def test_the_file_of_the_handbook_is_taken(file: Path) -> None:
    settings = load(file, {})
    assert settings.hub.public_url == "https://cobrowse.example.com"
    assert settings.hub.trusted_proxies == ("10.0.0.0/8",)
    assert settings.https
    assert settings.store_scheme == "sqlite"
    shop = settings.by_id["shop"]
    assert shop.deny_paths == ("/checkout/payment/*",)
    assert shop.limits.idle_seconds == 600
    assert shop.limits.code_seconds == 300
    assert settings.site_origins == {"https://www.shop.example"}


def test_the_file_is_found_by_variable_then_in_the_working_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(None, {"COBROWSE_CONFIG": str(file)}).sites
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="There are no settings"):
        load(None, {})
    file.rename(tmp_path / "cobrowse.toml")
    assert load(None, {}).sites


def test_variables_alone_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(
        None,
        {
            "COBROWSE_HUB_PUBLIC_URL": "http://localhost:8000",
            "COBROWSE_HUB_MIRROR_URL": "http://127.0.0.1:8000",
            "COBROWSE_HUB_SECRET_KEYS": f"{KEY}, {'o' * 43}",
            "COBROWSE_HUB_STORE": "redis://localhost/1",
            "COBROWSE_HUB_PORT": "9000",
            "COBROWSE_SITES_SHOP_NAME": "Shop",
            "COBROWSE_SITES_SHOP_ORIGINS": "https://shop.example,https://www.shop.example",
            "COBROWSE_SITES_SHOP_START_URL": "https://shop.example/",
            "COBROWSE_SITES_SHOP_CODE_DIGITS": "12",
            "COBROWSE_SITES_SHOP_ALLOW_DEFAULT_DENIED_PATHS": "true",
            "COBROWSE_SITES_SHOP_LIMITS_IDLE_SECONDS": "60",
            "COBROWSE_SITES_SHOP_WASH": "KD-[0-9]{6,7}\n(?i)policy no",
        },
    )
    assert not settings.https
    assert [key.reveal() for key in settings.hub.secret_keys] == [KEY, "o" * 43]
    assert settings.hub.port == 9000
    shop = settings.by_id["shop"]
    assert shop.origins == ("https://shop.example", "https://www.shop.example")
    assert shop.wash == ("KD-[0-9]{6,7}", "(?i)policy no")
    assert (shop.code_digits, shop.allow_default_denied_paths, shop.limits.idle_seconds) == (12, True, 60)


def test_a_variable_wins_over_the_file_also_for_an_id_with_a_dash(file: Path) -> None:
    file.write_text(FILE.replace('id = "shop"', 'id = "my-shop"'))
    settings = load(file, {"COBROWSE_HUB_PUBLIC_URL": "https://other.example", "COBROWSE_SITES_MY_SHOP_NAME": "Mine"})
    assert settings.hub.public_url == "https://other.example"
    assert settings.by_id["my-shop"].name == "Mine"


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("COBROWSE_HUB_PUBIC_URL", "x", "did you mean COBROWSE_HUB_PUBLIC_URL?"),
        ("COBROWSE_PUBLIC_URL", "x", "did you mean COBROWSE_HUB_PUBLIC_URL?"),
        ("COBROWSE_HUB_ZEBRA", "x", "COBROWSE_HUB_ZEBRA is not a setting."),
        ("COBROWSE_SITES_SHOP_NAM", "x", "COBROWSE_SITES_SHOP_NAM is not a setting"),
        ("COBROWSE_HUB_PORT", "many", "COBROWSE_HUB_PORT: "),
        ("COBROWSE_SITES_SHOP_MODE", "loud", "COBROWSE_SITES_SHOP_MODE: "),
    ],
)
def test_a_wrong_variable_is_named(file: Path, name: str, text: str, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file, {name: text})
    assert word in caught.value.sentence


def test_what_kubernetes_sets_by_itself_is_no_setting(file: Path) -> None:
    environ = {"COBROWSE_HUB_SERVICE_HOST": "10.1.2.3", "COBROWSE_HUB_PORT_8000_TCP": "tcp://10.1.2.3:8000"}
    assert load(file, environ) == load(file, {})


def test_an_unknown_key_is_named_with_a_guess() -> None:
    assert_refused(mapping(pubic_url="x"), "hub.pubic_url is not a setting; did you mean public_url?")
    assert_refused({**mapping(), "site": []}, "site is not a setting; did you mean sites?")
    assert_refused({**mapping(), "sites": [site(orgins=[])]}, "sites.shop.orgins", "did you mean origins?")
    assert_refused({**mapping(), "sites": [site(limits={"idle": 1})]}, "sites.shop.limits.idle")


def test_a_missing_or_wrongly_typed_key_is_named() -> None:
    data = mapping()
    del data["hub"]["store"]
    assert_refused(data, "hub.store is missing")
    assert_refused(mapping(secret_keys="abc"), "hub.secret_keys: ")
    assert_refused({**mapping(), "sites": [site(origins="https://a.example")]}, "sites.shop.origins: ")
    assert_refused({**mapping(), "sites": [site(limits=3)]}, "sites.shop.limits: ")
    assert_refused({**mapping(), "sites": [{"name": "no id"}]}, "sites.1.id is missing")
    assert_refused({**mapping(), "sites": {}}, "[[sites]]")
    assert_refused({**mapping(), "hub": []}, "[hub]")
    assert_refused({**mapping(), "sites": []}, "There is no site")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"public_url": "http://hub.example"}, ("hub.public_url", "https://")),
        ({"mirror_url": "http://10.0.0.1"}, ("hub.mirror_url", "https://")),
        ({"public_url": "https://hub.example/path"}, ("hub.public_url",)),
        ({"mirror_url": "https://hub.example:8443"}, ("hub.mirror_url", "another host", "cookies")),
        ({"secret_keys": []}, ("hub.secret_keys is empty",)),
        ({"secret_keys": ["short"]}, ("hub.secret_keys", "32")),
        ({"retired_keys": ["short"]}, ("hub.retired_keys", "32")),
        ({"store": "mysql://x"}, ("hub.store", "redis://")),
        ({"store": "sqlite://relative.db"}, ("hub.store", "full path")),
        ({"trusted_proxies": ["proxy"]}, ("hub.trusted_proxies", "proxy")),
        ({"port": 70000}, ("hub.port",)),
    ],
)
def test_a_hub_that_contradicts_itself_is_refused(changed: dict[str, Any], words: tuple[str, ...]) -> None:
    assert_refused(mapping(**changed), *words)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"id": "Shop!"}, ("id", "small letters")),
        ({"name": ""}, ("sites.shop.name",)),
        ({"origins": []}, ("sites.shop.origins is empty",)),
        ({"origins": ["http://shop.example"]}, ("sites.shop.origins", "https://")),
        (
            {"origins": ["https://hub.example"], "start_url": "https://hub.example/"},
            ("sites.shop.origins", "hub's own"),
        ),
        ({"start_url": "https://other.example/"}, ("sites.shop.start_url", "origins")),
        ({"start_url": "https://shop.example/reset/x"}, ("sites.shop.start_url", "denied path")),
        ({"start_url": "https://shop.example/#top"}, ("sites.shop.start_url", "fragment")),
        ({"audit_days": -1}, ("sites.shop.audit_days", "0 to 3650")),
        ({"audit_days": 3651}, ("sites.shop.audit_days", "0 to 3650")),
        ({"audit_days": float("nan")}, ("sites.shop.audit_days", "0 to 3650")),
        ({"start_url": "nonsense"}, ("sites.shop.start_url",)),
        ({"code_digits": 8}, ("sites.shop.code_digits", "9 to 12")),
        ({"code_digits": 13}, ("sites.shop.code_digits", "9 to 12")),
        ({"limits": {"code_seconds": 601}}, ("sites.shop.limits.code_seconds", "600")),
        ({"limits": {"idle_seconds": 0}}, ("sites.shop.limits.idle_seconds", "above 0")),
        ({"max_scope": "everything"}, ("sites.shop.max_scope",)),
        ({"wash": ["KD-("]}, ("sites.shop.wash", "“KD-(”", "missing )")),
        ({"wash": ["(?<=a)b"]}, ("sites.shop.wash", "no look-around")),
        ({"wash": "KD"}, ("sites.shop.wash",)),
        ({"asset_origins": ["http://cdn.example"]}, ("sites.shop.asset_origins", "https://")),
    ],
)
def test_a_site_that_cannot_be_is_refused(changed: dict[str, Any], words: tuple[str, ...]) -> None:
    assert_refused({**mapping(), "sites": [site(**changed)]}, *words)


def test_an_id_is_there_once() -> None:
    assert_refused({**mapping(), "sites": [site(), site()]}, "sites.shop is there twice")


def test_origins_come_into_one_form() -> None:
    settings = from_mapping(
        {**mapping(public_url="HTTPS://Hub.Example:443/"), "sites": [site(origins=["https://SHOP.example:443"])]}
    )
    assert settings.hub.public_url == "https://hub.example"
    assert settings.sites[0].origins == ("https://shop.example",)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml", {})
    broken = tmp_path / "broken.toml"
    broken.write_text("[hub")
    with pytest.raises(ConfigError, match="is not TOML"):
        load(broken, {})


def test_a_variable_cannot_hide_a_wrong_table(file: Path) -> None:
    file.write_text('hub = "x"\n')
    with pytest.raises(ConfigError, match=r"hub must be a table"):
        load(file, {"COBROWSE_HUB_STORE": "redis://localhost"})


@pytest.mark.parametrize(
    ("text", "words"),
    [("[sites]\nid = 'x'\n", "list of tables"), ("[[sites]]\nid = 'shop'\nlimits = 3\n", "limits is not a table")],
)
def test_a_variable_cannot_be_laid_over_what_is_no_table(file: Path, text: str, words: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        load(file, {"COBROWSE_SITES_SHOP_LIMITS_IDLE_SECONDS": "60"})


def test_a_site_that_is_no_table_is_passed_over(file: Path) -> None:
    file.write_text("sites = [3]\n")
    with pytest.raises(ConfigError, match="list of tables"):
        load_sites(file, {"COBROWSE_SITES_SHOP_NAME": "Shop"})


def test_the_sites_alone_need_no_hub(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(FILE[FILE.index("[[sites]]") :])
    assert [site.id for site in load_sites(path, {})] == ["shop"]


def test_secrets_never_print() -> None:
    settings = from_mapping(mapping(store="redis://:hunter2@localhost"))
    shown = f"{settings!r} {settings} {settings.hub.store} {settings.hub.secret_keys[0]}"
    assert KEY not in shown
    assert "hunter2" not in shown
    assert settings.hub.store.reveal() == "redis://:hunter2@localhost"


def test_secrets_compare_by_what_they_hold() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_how_long_trails_are_kept_is_the_sites_to_say() -> None:
    [plain] = from_mapping(mapping()).sites
    assert (plain.audit_days, plain.audit_paths) == (30, True)
    [own] = from_mapping({**mapping(), "sites": [site(audit_days=0, audit_paths=False)]}).sites
    assert (own.audit_days, own.audit_paths) == (0, False)


def test_retired_keys_sign_no_token_and_check_trails() -> None:
    settings = from_mapping(mapping(retired_keys=["r" * 43]))
    assert [key.reveal() for key in settings.hub.retired_keys] == ["r" * 43]
    assert "r" * 43 not in repr(settings)
    old = AuditKeys(["r" * 43])
    lines = old.chain("s1", Head(), [created(0.0, "shop", "ana")], "hub-1")
    assert verify("s1", lines, settings.audit_keys) is None
    assert verify("s1", lines, from_mapping(mapping()).audit_keys) is not None
    token = Tokens(["r" * 43]).sign(MirrorToken(session="s1"), 1e12)
    with pytest.raises(BadToken):
        Tokens([key.reveal() for key in settings.hub.secret_keys]).verify(MirrorToken, token, 0.0)


def test_a_new_first_key_keeps_the_codes() -> None:
    def pepper(*keys: str) -> bytes:
        settings: Settings = from_mapping(mapping(secret_keys=list(keys)))
        return settings.pepper

    assert pepper("n" * 43, KEY) == pepper(KEY)
    assert pepper("n" * 43) != pepper(KEY)
