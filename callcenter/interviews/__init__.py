"""Stage 6. In: an answered call. Out: answers, each saved when given. Answers: what did the enterprise say?"""
