"""Leaks of codes, keys and sealed boxes: what the database thief would read or match."""

from tests.leaks.leak import POSTGRESQL, SQLITE, Change, leak

SEALING = "survey/ballots/sealing.py"
CODES = "survey/ballots/codes.py"
KEYS = "survey/ballots/keys.py"
WRAPPING = "survey/ballots/wrapping.py"
FINGERPRINT = "survey/ballots/fingerprint.py"
OPENING = "survey/services/opening.py"
TEST_BOXES = "tests/core/test_ballots_boxes.py::test_"
TEST_CODES = "tests/core/test_ballots_codes.py::test_"
TEST_KEYS = "tests/core/test_ballots_keys.py::test_"
TEST_FINGERPRINT = "tests/core/test_fingerprint.py::test_"
TEST_HOST = "tests/adversary/test_passive_host.py::test_"
TEST_OPENING = "tests/test_services_opening.py::test_"
ENCRYPT = "return _SUITE.encrypt(plain, key, info=_info(survey, unit, nullifier))"
DECRYPT = "return _SUITE.decrypt(sealed, self._key, info=_info(self._survey, unit, nullifier))"

LEAKS = (
    leak(
        "no padding",
        "The size of a box tells how much somebody wrote.",
        "survey/ballots/payload.py",
        "    return bytes(plain)\n",
        '    return bytes(plain).rstrip(b"\\0")\n',
        TEST_BOXES + "a_box_is_8192_bytes_long_whatever_was_written",
        also=[Change(SEALING, "if len(plain) != PLAIN_SIZE:", "if False:")],
    ),
    leak(
        "padding outside the seal",
        "Boxes are of one size, but zeros at their end tell how much somebody wrote.",
        SEALING,
        ENCRYPT,
        'plain = plain.rstrip(b"\\0")\n'
        "    return _SUITE.encrypt(plain, key, info=_info(survey, unit, nullifier)).ljust("
        'BOX_SIZE, b"\\0")',
        TEST_BOXES + "the_same_answers_are_never_the_same_box",
        TEST_HOST + "without_a_code_there_are_counts_and_bytes_of_one_size" + SQLITE,
        also=[
            Change(
                SEALING,
                DECRYPT,
                'sealed = sealed.rstrip(b"\\0")\n            '
                + DECRYPT
                + '.ljust(PLAIN_SIZE, b"\\0")',
            )
        ],
    ),
    leak(
        "plain text in the box",
        "Whoever copies the database reads every answer.",
        SEALING,
        ENCRYPT,
        "return plain.ljust(BOX_SIZE)",
        TEST_BOXES + "the_same_answers_are_never_the_same_box",
        also=[Change(SEALING, DECRYPT, "return sealed[:PLAIN_SIZE]")],
    ),
    leak(
        "a box belongs to no unit",
        "A box can be moved to a unit of its own, and is then counted alone.",
        SEALING,
        "parts = (survey.encode(), unit.encode(), nullifier)",
        "parts = (survey.encode(), nullifier)",
        TEST_BOXES + "a_box_opens_only_for_its_survey_its_unit_and_its_code",
    ),
    leak(
        "a box belongs to nothing",
        "Whoever can write to the database copies one box over all others of a unit.",
        SEALING,
        'return b"headwind box 1" + b"".join(len(p).to_bytes(2, "big") + p for p in parts)',
        'return b"headwind box 1" * bool(parts)',
        TEST_BOXES + "a_box_opens_only_for_its_survey_its_unit_and_its_code",
    ),
    leak(
        "a damaged box is counted",
        "Boxes made by somebody else count as empty answers, until one real one is left.",
        SEALING,
        "        except InvalidTag:\n            return None",
        "        except InvalidTag:\n            return bytes(PLAIN_SIZE)",
        TEST_BOXES + "a_box_with_one_byte_changed_does_not_open",
    ),
    leak(
        "a box is named as its code",
        "The hash that knows a code and the name of a box are the same: who answered is known.",
        CODES,
        'return _derive(b"hw spend", code, survey)',
        'return _derive(b"hw credential", code, survey)',
        TEST_CODES + "what_the_database_knows_of_a_code_differs_by_purpose_and_survey",
    ),
    leak(
        "a box's name follows from its code's hash",
        "The names differ, but one is computed from the other without any code.",
        CODES,
        'return _derive(b"hw spend", code, survey)',
        "return blake2b(credential(code, survey), digest_size=32).digest()",
        TEST_HOST + "no_derivation_leads_from_what_is_stored_to_a_box_or_a_code" + SQLITE,
    ),
    leak(
        "a code is the same in every survey",
        "A code that is used again joins a person's boxes of two surveys.",
        CODES,
        'message = len(name).to_bytes(2, "big") + name + read_person_code(code).encode()',
        "message = name[:0] + read_person_code(code).encode()",
        TEST_CODES + "what_the_database_knows_of_a_code_differs_by_purpose_and_survey",
    ),
    leak(
        "short codes",
        "Codes can be tried out against the stored hashes.",
        CODES,
        "PERSON_LENGTH = 18",
        "PERSON_LENGTH = 12",
        TEST_CODES + "a_code_has_three_groups_of_six_and_85_random_bits",
    ),
    leak(
        "one code of three opens",
        "Whoever holds one of three codes opens the answers without anybody else.",
        WRAPPING,
        '"one of two": 1, "two of three": 2}\n"""How many of them open."""',
        '"one of two": 1, "two of three": 1}\n"""How many of them open."""',
        TEST_KEYS + "one_code_of_three_opens_nothing_however_often_it_is_typed",
    ),
    leak(
        "the key of a pair from one code",
        "Two codes are asked for, but the first alone makes the key.",
        WRAPPING,
        "text = [code.encode() for code in sorted(codes)]",
        "text = [code.encode() for code in sorted(codes)][:1]",
        TEST_KEYS + "one_code_of_three_opens_nothing_however_often_it_is_typed",
        TEST_KEYS + "whatever_the_codes_every_pair_opens_and_nothing_else",
    ),
    leak(
        "the key lies beside its file",
        "The private key is kept unwrapped, so the key folder alone opens every box.",
        KEYS,
        "        self._write(survey, wrapped.to_json())\n",
        "        self._write(survey, wrapped.to_json())\n"
        '        (self.path / f"{survey}.spare").write_bytes(private)\n',
        TEST_KEYS + "nobody_else_can_read_folder_or_file",
    ),
    leak(
        "the key file shows the key",
        "The private key stands in its file, in hexadecimal.",
        WRAPPING,
        "        return cls(survey, scheme, scrypt_n, tuple(wraps))",
        "        made = cls(survey, scheme, scrypt_n, tuple(wraps))\n"
        '        object.__setattr__(made, "plain", private.hex())\n'
        "        return made",
        TEST_KEYS + "neither_code_nor_key_stands_in_the_file[one of two]",
        also=[
            Change(
                WRAPPING,
                '            "scrypt_n": self.scrypt_n,\n',
                '            "scrypt_n": self.scrypt_n,\n'
                '            "spare": getattr(self, "plain", ""),\n',
            )
        ],
    ),
    leak(
        "opening codes are kept",
        "Whoever has database and key folder opens every box.",
        OPENING,
        'row | {"fingerprint": words})',
        'row | {"fingerprint": words, "masked": key.opening_codes})',
        "tests/test_services_schemes.py::test_no_opening_code_is_stored_anywhere" + SQLITE,
    ),
    leak(
        "people's codes are kept",
        "Whoever has the database knows which box lies under which code.",
        OPENING,
        'row | {"fingerprint": words})',
        'row | {"fingerprint": words, "masked": tuple(sum(codes.values(), ()))})',
        TEST_OPENING + "no_code_and_no_nullifier_is_stored_anywhere" + SQLITE,
    ),
    leak(
        "codes lie in the order of people",
        "The place of a hash in its table is that of a person in the list of codes.",
        OPENING,
        "for hashed, unit in sorted(rows)]",
        "for hashed, unit in rows]",
        TEST_HOST + "credentials_lie_in_the_order_of_their_hashes" + POSTGRESQL,
    ),
    leak(
        "everybody may read the key folder",
        "Any program on the machine takes a copy of the keys.",
        KEYS,
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)",
        TEST_KEYS + "nobody_else_can_read_folder_or_file",
    ),
    leak(
        "keys are deleted and not overwritten",
        "The wrapped key can be got back from the disk.",
        KEYS,
        "            _overwrite(path)\n",
        "",
        TEST_KEYS + "destroying_overwrites_and_removes_also_what_a_crash_left",
    ),
    leak(
        "answers are sealed to whatever key stands in the row",
        "A key that is swapped after the page was made, if only for a second, reads what is sent.",
        "survey/services/answering.py",
        "if asked.public_key != key:",
        "key = asked.public_key\n        if not key:",
        "tests/adversary/test_swapped_key.py::"
        "test_a_key_that_is_swapped_behind_a_page_in_memory_is_given_no_answer" + SQLITE,
    ),
    leak(
        "a survey that opens to nothing is destroyed",
        "Whoever writes another key into the database has every answer lost at the closing.",
        "survey/services/fitting.py",
        "if public_key_of(private_key) != view.public_key:",
        "if not private_key:",
        "tests/adversary/test_swapped_key.py::"
        "test_a_survey_whose_key_file_does_not_fit_is_not_closed_and_loses_nothing" + SQLITE,
    ),
    leak(
        "fingerprint without the roster",
        "Somebody who is shown a group of their own sees the same six words as all others.",
        FINGERPRINT,
        '        yield "unit", [unit.id, unit.name, str(unit.asked), *above]\n',
        '        yield "unit", [str(len(above))]\n',
        TEST_FINGERPRINT + "a_unit_cannot_pass_for_other_units",
    ),
    leak(
        "fingerprint without the key",
        "Somebody's answers are sealed for another key, and the six words are the same.",
        FINGERPRINT,
        '    yield "public-key", [frozen.public_key.hex()]\n',
        "",
        TEST_FINGERPRINT + "every_single_change_changes_text_and_words[public_key]",
    ),
    leak(
        "fingerprint at no cost",
        "Another survey with the same words is found by trying, in a few hours.",
        FINGERPRINT,
        "SCRYPT_N = 2**17",
        "SCRYPT_N = 2**4",
        TEST_FINGERPRINT + "the_words_are_those_that_anybody_else_computes_at_the_full_price",
    ),
    leak(
        "opening codes at no cost",
        "A code of which most was seen over a shoulder is guessed at once.",
        KEYS,
        "SCRYPT_N = 2**15",
        "SCRYPT_N = 2**4",
        TEST_KEYS + "at_its_real_cost_a_key_opens_and_the_file_says_what_it_cost[one of two]",
    ),
    leak(
        "fingerprint of four words",
        "Another survey with the same words is found within a minute.",
        FINGERPRINT,
        "WORDS = 6",
        "WORDS = 4",
        "tests/test_services_frozen.py::"
        "test_an_opened_survey_has_six_words_that_fit_what_is_stored" + SQLITE,
    ),
)
