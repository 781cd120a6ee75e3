members, member_views, weights, seeds, corrections = {}, {}, {}, {}, {}
