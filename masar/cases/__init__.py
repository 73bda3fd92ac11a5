"""The heart: a request, its append-only timeline, and the clock that knows who has the ball.

People read "request / معاملة / درخواست"; the code says `cases`, because `request` is Django's.
"""
