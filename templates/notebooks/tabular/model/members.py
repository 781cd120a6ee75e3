members, member_views, weights = {}, {}, {}
