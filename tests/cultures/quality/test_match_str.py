import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cultures.science.str_match import Algorithm, Mode
from lims.launch.folder import PROJECT

KEYS = ["query", "reference", "shared", "query_alleles", "reference_alleles", "markers", "score", "verdict"]
FILE = (
    "Sample,Amelogenin,D5S818,D13S317,D7S820,D16S539,vWA,TH01,TPOX,CSF1PO\n"
    'parent,"X,Y","12,13",11,"9,13","10,13","17,19","6,7","7,8","10,13"\n'
    'subline,X,"12,13","11,12","9,13","10,13","17,19","6,7",8,"10,11"\n'
    "stranger,X,9,8,12,11,18,9.3,10,12\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "profiles.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def answer(file: Path, *options: str) -> str:
    written = StringIO()
    call_command("match_str", str(file), *options, stdout=written, stderr=StringIO())
    return written.getvalue()


def test_every_profile_is_scored_against_every_other(file: Path):
    rows = json.loads(answer(file, "--json"))
    assert [list(row) for row in rows] == [KEYS] * 6
    assert [(row["query"], row["reference"]) for row in rows] == [
        ("parent", "subline"), ("parent", "stranger"), ("subline", "parent"), ("subline", "stranger"),
        ("stranger", "parent"), ("stranger", "subline"),
    ]  # fmt: skip
    assert list(rows[2].values()) == ["subline", "parent", 13, 15, 15, 8, 2600 / 30, "ambiguous"]
    assert (rows[1]["score"], rows[1]["verdict"]) == (0.0, "unrelated")


def test_amelogenin_algorithm_and_mode_can_be_chosen(file: Path):
    with_amelogenin = json.loads(answer(file, "--json", "--amelogenin"))[2]
    assert [with_amelogenin[key] for key in KEYS[2:7]] == [14, 16, 17, 9, 2800 / 33]
    for algorithm in Algorithm:
        for mode in Mode:
            rows = json.loads(answer(file, "--json", "--algorithm", algorithm, "--mode", mode))
            assert rows[2]["score"] == pytest.approx(86.67, abs=0.01)


def test_a_table_for_people(file: Path):
    head, first, *_ = answer(file).splitlines()
    assert head.split() == ["query", "reference", "shared", "query", "alleles", "reference", "alleles", "markers",
                            "score", "verdict"]  # fmt: skip
    assert first.split() == ["parent", "subline", "13", "15", "15", "8", "86.7", "%", "ambiguous"]


def test_nothing_in_common_has_no_score(tmp_path: Path):
    path = tmp_path / "two.csv"
    path.write_text("Sample,TH01,TPOX\nA,6,\nB,,8\n", encoding="utf-8")
    assert [row["score"] for row in json.loads(answer(path, "--json", "--mode", "query"))] == [None, None]
    assert "insufficient" in answer(path)


def test_markers_that_are_not_scored_are_named(tmp_path: Path):
    path, told = tmp_path / "two.csv", StringIO()
    path.write_text("Sample,TH01,marker1,Remark\nA,6,7,slow\nB,6,7,fast\n", encoding="utf-8")
    call_command("match_str", str(path), stdout=StringIO(), stderr=told)
    assert told.getvalue() == "Not scored: Remark, marker1.\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."), (b"Sample,x\nA,6\n", "names no marker"), (b"\0\0", "no text file"),
        (b"Sample,TH01\nA,9.33\nB,6\n", "Row 2: 9.33 at TH01 has more than one digit after the point"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes, sentence: str):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence) as refused:
        answer(path)
    assert refused.value.returncode == 1
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path):
    with pytest.raises(CommandError, match=r"none\.csv cannot be read: No such file or directory\."):
        answer(tmp_path / "none.csv")


@pytest.mark.thorough
def test_no_database_is_asked(file: Path):
    nowhere = os.environ | {
        "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "manage.py", "match_str", str(file), "--json"]
    done = subprocess.run(command, cwd=PROJECT, env=nowhere, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)) == 6
