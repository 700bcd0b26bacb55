from callcenter.people import passwords


def test_what_a_good_password_is() -> None:
    cases = {
        "correct horse": None,
        "电话调查中心的密码啊": None,
        "short": "密码太短",
        "x" * 129: "密码太长",
        "aaaaaaaaaaaa": "太常见",
        "PASSWORD123": "太常见",
        "wangfang-2022-06": "用户名或姓名",
        "我是王芳我是王芳我": "密码太短",
        "今天王芳来上班了对不对呀": "用户名或姓名",
    }
    for password, expected in cases.items():
        problem = passwords.problem(password, "wangfang", "王芳")
        assert (problem is None) if expected is None else (problem is not None and expected in problem), password


def test_generated_passwords_are_good_and_differ() -> None:
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.problem(password, "a", "b") is None for password in made)


def test_full_width_letters_of_an_input_method_are_the_same_password() -> None:
    stored = passwords.hashed("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ１")
    assert passwords.matches("correct horse1", stored)
    assert not passwords.matches("correct horse2", stored)


def test_nobody_matches_nothing() -> None:
    assert not passwords.matches("whatever", None)
    assert not passwords.matches("whatever", "not a hash")
