"""The parts of the embedded server that need no server."""

from pathlib import Path

import pytest

from shopadmin.embedded_postgres import server

GIGABYTE = 2**30


def test_it_puts_the_socket_into_the_data_folder() -> None:
    assert server.socket_folder(Path("/srv/shop/postgres")) == Path("/srv/shop/postgres")


def test_it_finds_a_short_place_for_the_socket_of_a_long_path() -> None:
    long = Path("/srv") / ("x" * 120) / "postgres"

    folder = server.socket_folder(long)

    assert len(str(folder)) <= server.LONGEST_SOCKET_FOLDER
    assert folder != server.socket_folder(long.with_name("other"))


def test_it_names_host_database_and_user_for_the_queue() -> None:
    assert server.connection_string(Path("/srv/pg"), "shop") == "host=/srv/pg dbname=shop user=postgres"


@pytest.mark.parametrize(("cores", "helpers"), [(1, "1"), (2, "1"), (4, "3"), (64, "4")])
def test_who_asks_and_its_helpers_find_a_core_each(cores: int, helpers: str) -> None:
    assert set(server.processor_settings(cores).values()) == {helpers}


@pytest.mark.parametrize(
    ("total", "buffers", "maintenance"),
    [
        (1 * GIGABYTE, "256MB", "256MB"),
        (24 * GIGABYTE, "6144MB", "1536MB"),
        (256 * GIGABYTE, "8192MB", "2048MB"),
    ],
)
def test_it_sizes_the_buffers_by_the_machines_memory(total: int, buffers: str, maintenance: str) -> None:
    settings = server.memory_settings(total)

    assert settings["shared_buffers"] == buffers
    assert settings["maintenance_work_mem"] == maintenance
