"""Stage 7. In: attempts and answers. Out: dispositions and valid samples. Answers: what is each case worth?"""
